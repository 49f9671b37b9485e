"""What each code of a refusal means, in a sentence; the one list of the codes there are.

A code is stable: pages and programs decide by it. The sentence is the problem's ``title``; what is special about one
refusal stands in its ``detail``.
"""

from typing import Final

from cloud.api.language import Language

TITLES: Final[dict[str, dict[Language, str]]] = {
    "not_signed_in": {"en": "Sign in first.", "zh": "请先登录。"},
    "token_void": {"en": "This token is unknown, revoked or over.", "zh": "此令牌不存在、已撤销或已过期。"},
    "not_allowed": {
        "en": "Your role here does not allow this; ask an owner of the farm.",
        "zh": "您在这里的角色不能做这件事，请联系场主。",
    },
    "wrong_password": {"en": "Name or password is wrong.", "zh": "用户名或密码不对。"},
    "too_many_attempts": {
        "en": "Too many wrong attempts; wait a little.",
        "zh": "输错次数太多，请稍后再试。",
    },
    "foreign_origin": {"en": "This request comes from another site.", "zh": "该请求来自其他网站，已拒绝。"},
    "too_large": {"en": "The request is too large.", "zh": "请求内容太大。"},
    "starting": {"en": "The service is starting.", "zh": "服务正在启动。"},
    "bad_cursor": {"en": "This is no page of this list.", "zh": "翻页位置无效。"},
    "bad_request": {"en": "The request can't be understood.", "zh": "请求内容有误。"},
    "birds_out_of_range": {"en": "No picture holds so many birds.", "zh": "一张图片里不可能有这么多鸡，请检查数字。"},
    "not_yet_taken": {"en": "That picture has not been taken yet.", "zh": "该时间的图片还没有拍摄，请检查时间。"},
    "no_such_code": {
        "en": "This code is used, over or wrong.",
        "zh": "此绑定码已使用、已过期或有误。",
    },
    "broker_away": {
        "en": "The message broker could not be told; try again.",
        "zh": "无法通知消息服务器，请重试。",
    },
    "no_such_version": {
        "en": "There is no such version here.",
        "zh": "没有这个版本。",
    },
    "no_such_command": {
        "en": "The device was told nothing by this name.",
        "zh": "没有给设备下达过这条命令。",
    },
    "which_device": {
        "en": "Several devices have a camera of this name.",
        "zh": "有多台设备的摄像头同名，请指明是哪台设备。",
    },
    "provider_failed": {
        "en": "The sign-in provider does not answer as it should; try again.",
        "zh": "登录服务商没有正确响应，请重试。",
    },
    "no_provider": {"en": "No OpenID provider is set up here.", "zh": "此服务未配置 OpenID 登录。"},
    "bad_post": {"en": "Nobody can be that here.", "zh": "无法授予该角色或权限。"},
    "last_owner": {"en": "The organisation would have no owner any more.", "zh": "组织不能没有场主。"},
    "name_taken": {"en": "Somebody has this name already.", "zh": "该用户名已被使用。"},
    "farm_taken": {"en": "There is a farm of this name already.", "zh": "该养殖场名已被使用。"},
    "no_such_organisation": {"en": "There is no such organisation.", "zh": "没有这个组织。"},
    "no_such_person": {"en": "There is no such person here.", "zh": "这里没有这个人员。"},
    "no_such_invitation": {
        "en": "This link was used already, has expired or was withdrawn.",
        "zh": "该链接已被使用、已过期或已撤回。",
    },
    "no_such_session": {"en": "This browser is signed out already.", "zh": "该浏览器已退出登录。"},
    "no_such_token": {"en": "There is no such token any more.", "zh": "该令牌已不存在。"},
    "no_such_farm": {"en": "There is no such farm.", "zh": "没有这个养殖场。"},
    "no_such_house": {"en": "There is no such house.", "zh": "没有这栋鸡舍。"},
    "no_such_device": {"en": "There is no such device.", "zh": "没有这台设备。"},
    "no_such_camera": {"en": "There is no such camera.", "zh": "没有这个摄像头。"},
    "no_such_finding": {"en": "There is no such finding.", "zh": "没有这条发现，请刷新列表。"},
    "no_such_weighing": {"en": "There is no such weighing any more.", "zh": "没有这条称重记录，请刷新列表。"},
    "no_flock": {"en": "No flock lived in this house then.", "zh": "那天鸡舍里没有登记批次，请先登记进苗。"},
    "weighed_out_of_range": {
        "en": "Such a weighing can't be: give the mean of at least 10 birds, in grams.",
        "zh": "数值不合理：请填写至少 10 只鸡的均重（克）。",
    },
    "not_yet_weighed": {"en": "That day has not come yet.", "zh": "称重日期还没到，请检查日期。"},
    "too_far_apart": {
        "en": "By hand and on the scale are too far apart to be one flock.",
        "zh": "人工称重与秤上均重相差太大，请检查两台秤和单位。",
    },
    "no_such_alert": {"en": "There is no such alert.", "zh": "没有这条告警。"},
    "alert_over": {"en": "This alert is over already.", "zh": "这条告警已经结束。"},
    "snooze_out_of_range": {
        "en": "An alert can be put off by at most a week.",
        "zh": "告警最多推迟一周，请选择之后的时间。",
    },
    "changed_meanwhile": {
        "en": "Somebody else has changed this meanwhile; read it again.",
        "zh": "期间已被他人修改，请重新读取后再保存。",
    },
    "which_version": {
        "en": "Say which version you changed: send the ETag you read as If-Match.",
        "zh": "请用 If-Match 注明修改的是哪个版本（读取时的 ETag）。",
    },
    "no_such_series": {"en": "Nothing has measured this yet.", "zh": "还没有这项测量数据。"},
    "no_such_picture": {"en": "There is no such picture any more.", "zh": "这张图片已不存在。"},
    "no_such_channel": {"en": "There is no such channel.", "zh": "没有这个通知渠道，请刷新列表。"},
    "too_many_streams": {"en": "Too many live pages are open.", "zh": "打开的实时页面太多。"},
    "too_much_at_once": {
        "en": "That is too much at once; wait until what you asked for before is done.",
        "zh": "同时请求太多，请等前面的完成。",
    },
    "too_many_channels": {"en": "There are too many channels already.", "zh": "通知渠道太多，请先删除一个。"},
    "too_many_tests": {
        "en": "That were many test messages; wait a minute.",
        "zh": "测试消息发得太多，请一分钟后再试。",
    },
    "bad_address": {
        "en": "This address can't be used; look at the example.",
        "zh": "这个地址不能使用，请对照示例检查。",
    },
    "host_not_allowed": {
        "en": "Messages may not go to that host from here.",
        "zh": "本服务不允许向该主机发送消息。",
    },
    "no_mail_server": {
        "en": "This service has no mail server of its own; give a whole mailto:// address.",
        "zh": "本服务没有配置邮件服务器，请填写完整的 mailto:// 地址。",
    },
    "link_void": {"en": "This link no longer works.", "zh": "此链接已失效。"},
    "no_such_flock": {"en": "There is no such flock.", "zh": "没有这个批次。"},
    "no_such_event": {"en": "The flock has no such event.", "zh": "该批次没有这条记录，请刷新。"},
    "no_such_entry": {"en": "The log has no such entry.", "zh": "日志里没有这条记录，请刷新。"},
    "id_taken": {"en": "This id belongs to something else already.", "zh": "该编号已用于其他内容。"},
    "corrected_meanwhile": {
        "en": "Somebody has corrected this meanwhile; read it again, then decide.",
        "zh": "刚刚已被他人更正，请刷新后再决定。",
    },
    "other_kind": {"en": "A correction can't change the kind.", "zh": "更正不能改变记录的种类。"},
    "day_not_come": {"en": "That day has not come yet.", "zh": "该日期还没到。"},
    "day_long_ago": {"en": "That day is too long ago.", "zh": "该日期太久以前。"},
    "placed_on_far_away": {"en": "The day of placement is too far away.", "zh": "入雏日期太远，请检查年份。"},
    "before_placement": {"en": "That day is before the flock came.", "zh": "该日期在入雏之前。"},
    "house_empty": {"en": "The house was empty on that day.", "zh": "当天鸡舍是空的。"},
    "house_occupied": {"en": "Another flock is in the house on that day.", "zh": "当天鸡舍里有另一批次。"},
    "other_flock": {"en": "Another flock was in the house on that day.", "zh": "当天在鸡舍里的是另一批次。"},
    "placed_elsewhere": {"en": "The flock was placed in another house.", "zh": "该批次登记在另一栋鸡舍。"},
    "flock_closed": {"en": "The flock is closed.", "zh": "该批次已结束。"},
    "closed_too_early": {
        "en": "Something was written about the flock after that day.",
        "zh": "该日期之后批次还有记录。",
    },
    "same_house": {"en": "Birds can't move to the house they are in.", "zh": "目的鸡舍与原鸡舍相同。"},
    "more_gone_than_there": {"en": "More birds would go than there are.", "zh": "减少的只数多于现有只数。"},
    "below_zero": {"en": "A house would have fewer birds than none.", "zh": "存栏数将小于零。"},
    "log_does_not_fit": {"en": "Entries of the log would no longer fit.", "zh": "与日志里已有的记录不符。"},
    "feed_beyond_eating": {"en": "The birds can't eat so much.", "zh": "鸡吃不了这么多料，请检查单位。"},
    "water_beyond_drinking": {"en": "The birds can't drink so much.", "zh": "鸡喝不了这么多水，请检查单位。"},
    "bird_weight_impossible": {"en": "No chicken weighs that much or little.", "zh": "每只鸡的重量不合理，请检查。"},
    "treatment_days": {"en": "The days of the treatment can't be.", "zh": "用药日期不合理。"},
    "inside_withdrawal": {"en": "A withdrawal time still runs on that day.", "zh": "当天仍在休药期内。"},
    "no_jpeg": {"en": "This is no whole JPEG.", "zh": "这不是完整的 JPEG 图片。"},
    "no_network": {
        "en": "This service has no network for this installed.",
        "zh": "本服务没有安装所需的识别模型。",
    },
    "photo_taken": {"en": "The entry has another photo already.", "zh": "该记录已有另一张照片。"},
    "no_such_curve": {"en": "The farm has no such curve.", "zh": "本场没有这条曲线。"},
    "bad_curve": {"en": "This is no growth curve.", "zh": "曲线数据有误，请检查每行的日龄和体重（克）。"},
    "no_mailbox": {"en": "You have no e-mail channel yet.", "zh": "您还没有邮箱渠道，请先在“通知”里添加邮箱。"},
    "no_such_schedule": {"en": "There is no such scheduled report.", "zh": "没有这个定时报告，请刷新。"},
    "schedule_taken": {"en": "This scheduled report can't be kept.", "zh": "无法保存这个定时报告。"},
    "not_this_organisation": {"en": "That is not the organisation's name.", "zh": "组织名称不符。"},
    "no_such_table": {"en": "The report has no such table.", "zh": "报告没有这个表。"},
    "no_typst": {"en": "PDF files can't be made here.", "zh": "此服务不能生成 PDF。"},
    "no_font": {"en": "The font of this language is missing here.", "zh": "此服务缺少该语言的字体。"},
    "no_xlsx": {"en": "XLSX files can't be made here.", "zh": "此服务不能生成 XLSX。"},
    "no_parquet": {"en": "Parquet files can't be made here.", "zh": "此服务不能生成 Parquet。"},
    "too_few_weights": {"en": "There are too few weights for a curve.", "zh": "体重数据太少，无法拟合曲线。"},
    "no_growth": {"en": "These weights are no growth.", "zh": "这些体重不像生长曲线。"},
    "not_found": {"en": "There is nothing at this address.", "zh": "该地址没有内容。"},
    "method_not_allowed": {"en": "This address can't be used that way.", "zh": "该地址不支持这种操作。"},
    "store_unavailable": {
        "en": "The service can't reach its store at the moment; try again in a minute.",
        "zh": "服务暂时无法访问数据存储，请一分钟后再试。",
    },
    "internal": {"en": "The service made a mistake; its log says more.", "zh": "服务出错了，详情见服务日志。"},
}
"""Code -> sentence by language."""

INVALID_ZH: Final[dict[str, str]] = {
    "missing": "缺少该项",
    "extra_forbidden": "没有这一项",
    "json_invalid": "不是有效的 JSON",
    "string_too_short": "内容太短",
    "string_too_long": "内容太长",
    "greater_than": "数值太小",
    "greater_than_equal": "数值太小",
    "less_than": "数值太大",
    "less_than_equal": "数值太大",
    "literal_error": "不在可选值之内",
    "enum": "不在可选值之内",
    "union_tag_invalid": "不在可选值之内",
    "union_tag_not_found": "缺少种类",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_parsing_size": "数值太大",
    "int_from_float": "应为整数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "finite_number": "应为数字",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "string_type": "应为文字",
    "string_unicode": "含有不完整的字符",
    "string_pattern_mismatch": "格式不对",
    "list_type": "应为列表",
    "tuple_type": "应为列表",
    "dict_type": "应为对象",
    "model_type": "应为对象",
    "model_attributes_type": "应为对象",
    "too_short": "太短或项数太少",
    "too_long": "太长或项数太多",
    "date_type": "应为日期，如 2026-11-29",
    "date_parsing": "应为日期，如 2026-11-29",
    "date_from_datetime_parsing": "应为日期，如 2026-11-29",
    "date_from_datetime_inexact": "应为日期，如 2026-11-29",
    "datetime_type": "应为时间，如 2026-11-29T08:00:00Z",
    "datetime_parsing": "应为时间，如 2026-11-29T08:00:00Z",
    "datetime_from_date_parsing": "应为时间，如 2026-11-29T08:00:00Z",
    "timezone_aware": "时间须注明时区",
}
"""pydantic's type of error -> words."""

INVALID_ZH_ELSE: Final = "内容或格式不对"
"""Stands for the others, with pydantic's own English message in brackets."""


def title(code: str, language: Language) -> str:
    """Return the sentence of a code."""
    return TITLES[code][language]
