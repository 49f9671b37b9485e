"""A house's limits in plain words: what counts today, what would count had nobody changed it, and why."""

from datetime import date

from cloud.alerts.replay import NOT_REPLAYED
from cloud.alerts.rules.judging import OFF
from cloud.alerts.rules.settings import HouseSettings, Lives, OwnLimits, birds_of, limits_on
from cloud.alerts.rules.table import Rule, Steps, rules
from cloud.alerts.rules.targets import target_celsius, targets_for
from cloud.api.models import RuleNow, SettingsChange, StepsNow, Thresholds
from cloud.flock.growth import age_days
from cloud.store.alert_settings import SetOnce
from cloud.store.mail import instant

TARGET_DAYS = 43
"""Days of age whose wanted temperature is listed: a broiler's life."""


def thresholds(kept: SetOnce, flock: Lives | None, today: date) -> Thresholds:
    """Return the limits of a house as the API answers with them."""
    settings = kept.settings
    return Thresholds(
        version=kept.version,
        changed_by=kept.by or None,
        changed_at=instant(kept.at_ms) if kept.version else None,
        settings=settings,
        standard=settings.standard,
        targets=_targets(settings, flock),
        targets_source=None if settings.targets or flock is None else targets_for(flock.breed).source,
        rules=[_rule(rule, settings, flock, today) for rule in rules().values()],
    )


def settings_change(kept: SetOnce) -> SettingsChange:
    """Return one change as the API answers with it."""
    return SettingsChange(version=kept.version, by=kept.by, at=instant(kept.at_ms), settings=kept.settings)


def _rule(rule: Rule, settings: HouseSettings, flock: Lives | None, today: date) -> RuleNow:
    own = settings.rules.get(rule.key)
    age = age_days(flock.placed_on, today) if flock else None
    shipped = rule.steps_for(birds_of(settings, flock, age))
    limits = limits_on(rule, settings, flock, today)
    low, high = rule.range
    return RuleNow(
        rule=rule.key,
        group=rule.group,
        en=rule.en.name,
        zh=rule.zh.name,
        side=rule.side,
        unit=rule.unit,
        from_target=rule.against == "target",
        target=limits.target,
        decimals=rule.decimals,
        low=low,
        high=high,
        enabled=own is None or own.enabled,
        asleep=limits.bounds is OFF,
        limits=_steps(own or shipped),
        hold_min=rule.hold_min if own is None or own.hold_min is None else own.hold_min,
        shipped=_steps(shipped),
        shipped_hold_min=rule.hold_min,
        edited=own is not None,
        source=shipped.source or rule.source,
        verified=rule.verified if shipped.verified is None else shipped.verified,
        replayed=rule.key not in NOT_REPLAYED,
    )


def _steps(steps: Steps | OwnLimits) -> StepsNow:
    return StepsNow(watch=steps.watch, warning=steps.warning, severe=steps.severe)


def _targets(settings: HouseSettings, flock: Lives | None) -> list[tuple[float, float]]:
    if settings.targets:
        return list(settings.targets)
    if flock is None:
        return []
    return [(age, round(target_celsius(flock.breed, age), 1)) for age in range(0, TARGET_DAYS, 7)]
