"""What reports say, in English and Chinese, beside the names of the figures themselves."""

from typing import Final

from cloud.api.language import Language
from cloud.flock.benchmarks import Period, Season
from cloud.flock.reckoned import Missing
from cloud.report.model import BasisKind, ReportKind

Both = tuple[str, str]
"""English, Chinese."""

TITLES: Final[dict[ReportKind, Both]] = {
    "day": ("Daily report", "日报"),
    "week": ("Weekly report", "周报"),
    "flock": ("Growth report", "生长报告"),
    "comparison": ("Comparison of flocks", "批次对比"),
}

GROUPS: Final[dict[str, Both]] = {
    "growth": ("Growth", "生长"),
    "losses": ("Birds and losses", "存栏与死淘"),
    "feed": ("Feed and water", "采食与饮水"),
    "room": ("Room and feed bin", "密度与料塔"),
    "climate": ("Climate", "环境"),
    "forecast": ("Forecast", "预测"),
    "money": ("Money", "经济效益"),
}

TABLES: Final[dict[str, Both]] = {
    "days": ("Days", "每日数据"),
    "forecast": ("Forecast", "预测"),
    "past_forecasts": ("Past forecasts", "以往预测"),
    "compared": ("Comparison", "对比"),
    "weights_by_age": ("Weights by age", "各日龄体重"),
    "standing": ("Beside other farms' flocks", "与其他养殖场批次对比"),
}

COLUMNS: Final[dict[str, Both]] = {
    "day": ("Day", "日期"),
    "made_day": ("Said on", "预测日期"),
    "age_days": ("Age", "日龄"),
    "birds": ("Birds", "存栏"),
    "dead": ("Dead", "死亡"),
    "culled": ("Culled", "淘汰"),
    "losses_percent": ("Losses", "死淘率"),
    "weighings": ("Weighings", "称重次数"),
    "weight": ("Mean weight", "均重"),
    "weight_low": ("Weight from", "体重下限"),
    "weight_high": ("Weight to", "体重上限"),
    "forecast": ("Forecast", "预测体重"),
    "curve": ("Curve", "目标体重"),
    "cv": ("CV", "变异系数"),
    "uniformity": ("Uniformity", "均匀度"),
    "delivered": ("Feed delivered", "进料"),
    "feed": ("Feed eaten", "采食量"),
    "water": ("Water", "饮水量"),
    "water_per_feed": ("Water for feed", "水料比"),
    "celsius": ("Temperature", "温度"),
    "celsius_low": ("Coldest", "最低温度"),
    "celsius_high": ("Warmest", "最高温度"),
    "celsius_target": ("Target temperature", "目标温度"),
    "humidity": ("Humidity", "湿度"),
    "ammonia": ("Ammonia", "氨气"),
    "ammonia_dose": ("Ammonia exposure", "氨气暴露量"),
    "carbon_dioxide": ("CO₂", "二氧化碳"),
    "thi_alert_hours": ("THI 78 or more", "THI ≥78"),
    "thi_danger_hours": ("THI 81 or more", "THI ≥81"),
    "thi_emergency_hours": ("THI 84 or more", "THI ≥84"),
    "thvi_alert_hours": ("THVI 30 or more", "THVI ≥30"),
    "comfort": ("Comfort", "舒适度"),
    "error_percent": ("Error", "误差"),
    "figure": ("Figure", "指标"),
    "unit": ("Unit", "单位"),
    "quarter": ("A quarter is below", "下四分位"),
    "median": ("Half is below", "中位数"),
    "three_quarters": ("Three quarters are below", "上四分位"),
    "flocks": ("Flocks", "批次数"),
}

SEASONS: Final[dict[Season, Both]] = {
    "spring": ("spring {year}", "{year} 年春季"),
    "summer": ("summer {year}", "{year} 年夏季"),
    "autumn": ("autumn {year}", "{year} 年秋季"),
    "winter": ("winter {before}/{year}", "{before}/{year} 年冬季"),
}
"""By when a flock was placed; a winter is named by the years of its December and its January."""

CHARTS: Final[dict[str, Both]] = {
    "weight": ("Weight by age, with its 95 % interval", "各日龄均重（含 95% 区间）"),
    "losses": ("Birds lost each day", "每日死淘"),
    "feed": ("Feed eaten each day", "每日采食量"),
    "water_per_feed": ("Water for each kg of feed", "每日水料比"),
    "celsius": ("Temperature: mean, coldest and warmest", "温度：平均、最低、最高"),
    "ammonia": ("Mean ammonia each day", "每日平均氨气"),
    "comfort": ("Comfort score each day", "每日舒适度"),
    "forecast": ("Forecast of the weight, with its 90 % range", "体重预测（含 90% 区间）"),
    "weights_by_age": ("Weights by age", "各日龄均重"),
}

MISSING: Final[dict[Missing, Both]] = {
    "no_weight": ("not enough data: not weighed lately", "数据不足：近期没有称重"),
    "no_earlier_weight": ("not enough data: not weighed before", "数据不足：之前没有称重"),
    "too_few_weighings": ("not enough data: too few weighings", "数据不足：称重太少"),
    "no_feed": ("not enough data: nobody wrote down feed", "数据不足：没有采食记录"),
    "feed_days_missing": ("not enough data: days without a word about feed", "数据不足：有几天没有采食记录"),
    "no_water": ("not enough data: nobody wrote down water", "数据不足：没有饮水记录"),
    "no_birds": ("no birds", "没有鸡"),
    "no_flock": ("no flock", "没有鸡群"),
    "day_zero": ("not on the day of placement", "入雏当天不计算"),
    "no_gain": ("the flock has not gained", "没有增重"),
    "no_curve": ("no curve for this breed", "该品种没有目标曲线"),
    "outside_curve": ("outside the curve", "超出曲线范围"),
    "no_floor": ("the floor area was not told", "没有填写鸡舍面积"),
    "no_deliveries": ("not enough data: nobody wrote down deliveries", "数据不足：没有进料记录"),
    "more_eaten_than_delivered": ("more eaten than delivered: a delivery is missing", "采食多于进料：缺少进料记录"),
    "too_few_hours": ("not enough data: too few measured hours", "数据不足：测量时间太短"),
    "not_measured": ("not measured", "没有测量"),
    "not_reached": ("not within the forecast", "预测期内达不到"),
    "no_price": ("no price was entered", "没有填写价格"),
    "no_target": ("no target weight was entered", "没有填写目标体重"),
    "too_few_days": ("not enough data: too few days", "数据不足：天数太少"),
    "too_few_flocks": ("not enough data: too few flocks", "数据不足：批次太少"),
    "nobody_wrote": ("not enough data: nobody wrote down deaths", "数据不足：没有死淘记录"),
}

SOURCES: Final[dict[str, str]] = {
    "EU 2007/43 annex II: at most 20 ppm": "EU 2007/43 附件 II：不超过 20 ppm",
    "EU 2007/43: 33, 39 or 42 kg/m²": "EU 2007/43：33、39 或 42 公斤/m²",
    "St-Pierre 2003 for the index; the step is ours": "指数：St-Pierre 2003；分级为本软件自定",
    "Tao and Xin 2003; the step is ours": "Tao、Xin 2003；分级为本软件自定",
    "breeder's feed table where there is one": "品种公司采食标准（如有）",
    "breeder's objectives, or the farm's own curve": "品种公司标准，或本场自有曲线",
    "breeders' objectives, e.g. Ross 308 (2022)": "品种公司标准，如 Ross 308（2022）",
    "common": "通用公式",
    "concentration x time, as in occupational hygiene": "浓度 × 时间，职业卫生常用算法",
    "daily log": "每日记录",
    "day 0 is the day of placement": "入雏当天为 0 日龄",
    "prices entered on the farm": "本场填写的价格",
    "sensors of the house": "鸡舍传感器",
    "the score is ours; the bands: EU 2007/43, breeders' guides": "评分为本软件自定；区间依据 EU 2007/43 和品种指南",
}
"""Sources of figures that are words, in Chinese; titles of papers and names of documents stay as they are."""

BASES: Final[dict[BasisKind, Both]] = {
    "weighings": ("weighings, {days} d", "{days} 天称重"),
    "losses": ("log of deaths, {days} d", "{days} 天死淘记录"),
    "feed": ("log of feed, {days} d", "{days} 天采食记录"),
    "water": ("log of water, {days} d", "{days} 天饮水记录"),
    "climate": ("sensors, {days} d", "{days} 天传感器数据"),
    "stock": ("placement and log", "入雏与日志"),
    "forecast": ("weighings, {days} d", "{days} 天称重"),
    "prices": ("prices entered, {days} d", "所填价格，{days} 天"),
}

PHRASES: Final[dict[str, Both]] = {
    "farm": ("Farm", "养殖场"),
    "house": ("House", "鸡舍"),
    "flock": ("Flock", "批次"),
    "breed": ("Breed", "品种"),
    "placed_on": ("Placed on", "入雏日期"),
    "days": ("Days", "日期"),
    "age": ("day {age}", "{age} 日龄"),
    "until": ("until", "至"),
    "last": ("last", "最后"),
    "target": ("target", "目标"),
    "curve": ("Curve", "曲线"),
    "no_curve": ("none for this breed", "该品种无曲线"),
    "formulas": ("Formulas, sources and data", "公式、来源与数据"),
    "figure": ("Figure", "指标"),
    "value": ("Value", "数值"),
    "low": ("From", "下限"),
    "high": ("To", "上限"),
    "unit": ("Unit", "单位"),
    "goal": ("Target", "目标"),
    "formula": ("Formula", "公式"),
    "source": ("Source", "来源"),
    "version": ("Version", "版本"),
    "data": ("Data", "数据"),
    "missing": ("Why there is none", "缺少原因"),
    "figures": ("Figures", "指标"),
    "dash": ("A dash: not enough data. Ranges are 95 % intervals, of forecasts 90 %.",
             "“–”表示数据不足。范围为 95% 区间，预测为 90% 区间。"),
    "left_out": ("Left out as doubtful: {parts}", "已剔除可疑数据：{parts}"),
    "left_out_stuck": ("{hours} h of {quantity} (sensor stuck)", "{quantity} {hours} 小时（传感器卡死）"),
    "left_out_settling": ("{hours} h of {quantity} (sensor warming up)", "{quantity} {hours} 小时（传感器预热）"),
    "left_out_jump": ("jumps of {quantity}: {times}", "{quantity}跳变 {times} 次"),
    "beside": ("Quartiles of", "四分位数来自"),
    "beside_flocks": ("flocks of the breed placed in {season}", "同品种、{season}入雏的批次"),
    "made_by": ("Henwise {version}", "慧养鸡 Henwise {version}"),
    "page": ("page {page} of {pages}", "第 {page} 页，共 {pages} 页"),
}  # fmt: skip


def season(period: Period, language: Language) -> str:
    """Return a season of a year in words."""
    return say(SEASONS[period.season], language).format(year=period.year, before=period.year - 1)


def say(both: Both, language: Language) -> str:
    """Return the words in a language."""
    return both[0] if language == "en" else both[1]
