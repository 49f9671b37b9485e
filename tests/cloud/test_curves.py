"""Growth curves: the formulas, fits against NIST's certified values, curves of one's own from files."""

import csv
import random
from math import e, log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud.errors import BadFile, Implausible
from cloud.flock.curve_file import read_curve
from cloud.flock.curves import KINDS, Curve, Kind
from cloud.flock.fitting import fit, fit_best
from cloud.flock.growth import standard

RAT42 = [(9, 8.93), (14, 10.8), (21, 18.59), (28, 22.33), (42, 39.35), (57, 56.11), (63, 61.73), (70, 64.62),
         (79, 67.08)]  # fmt: skip
RAT43 = [16.08, 33.83, 65.80, 97.20, 191.55, 326.20, 386.87, 520.53, 590.03, 651.92, 724.93, 699.56, 689.96, 637.56,
         717.41]  # fmt: skip

curves = st.builds(
    Curve, st.sampled_from(("gompertz", "logistic")), st.floats(800, 9000), st.floats(0.02, 0.09), st.floats(15, 60)
)


class TestFormulas:
    def test_at_the_inflection_a_gompertz_curve_is_a_third_and_a_logistic_one_half(self):
        assert Curve("gompertz", 2115.8, 0.04, 41.9).grams_at(41.9) == pytest.approx(2115.8 / e)
        assert Curve("logistic", 2000.0, 0.05, 50.0).grams_at(50.0) == pytest.approx(1000)

    @given(curves, st.floats(0, 150))
    def test_richards_is_both_at_its_ends(self, curve: Curve, age: float):
        shape = {"gompertz": 1e-6, "logistic": 1.0}[curve.kind]
        richards = Curve("richards", curve.asymptote_grams, curve.rate_per_day, curve.inflection_days, shape)
        assert richards.grams_at(age) == pytest.approx(curve.grams_at(age), rel=1e-3, abs=1e-3)

    @given(curves)
    def test_curves_rise_towards_their_asymptote(self, curve: Curve):
        table = curve.tabled("own", "test")
        assert table.age_days == tuple(range(201))
        assert all(a <= b for a, b in zip(table.grams, table.grams[1:], strict=False))
        assert table.grams[-1] <= curve.asymptote_grams + 0.1


class TestFits:
    def test_nist_rat42(self):
        """StRD Rat42, logistic y = b1 / (1 + exp(b2 - b3 x)); certified to eleven digits."""
        found = fit([x for x, _ in RAT42], [y for _, y in RAT42], "logistic", "absolute")
        assert found.curve.asymptote_grams == pytest.approx(7.2462237576e01, rel=1e-6)
        assert found.curve.rate_per_day == pytest.approx(6.7359200066e-02, rel=1e-6)
        assert found.curve.inflection_days == pytest.approx(2.6180768402 / 6.7359200066e-02, rel=1e-6)
        assert found.sum_of_squares == pytest.approx(8.0565229338, rel=1e-8)
        assert found.deviations[:2] == pytest.approx((1.7340283401, 3.4465663377e-03), rel=1e-4)

    def test_nist_rat43(self):
        """StRD Rat43, Richards y = b1 / (1 + exp(b2 - b3 x))^(1/b4)."""
        found = fit(range(1, 16), RAT43, "richards", "absolute")
        assert found.curve.asymptote_grams == pytest.approx(6.9964151270e02, rel=1e-5)
        assert found.curve.rate_per_day == pytest.approx(7.5962938329e-01, rel=1e-5)
        assert found.curve.shape == pytest.approx(1.2792483859, rel=1e-5)
        assert found.curve.inflection_days == pytest.approx((5.2771253025 - log(1.2792483859)) / 7.5962938329e-01, 1e-5)
        assert found.sum_of_squares == pytest.approx(8.7864049080e03, rel=1e-8)

    @pytest.mark.parametrize("kind", KINDS)
    def test_what_was_made_by_a_curve_is_found_again(self, kind: Kind):
        truth = Curve(kind, 4800.0, 0.05, 34.0, 0.4 if kind == "richards" else None)
        ages = np.arange(0, 71, 3.5)
        found = fit(ages, truth.grams_at(ages), kind)
        assert found.curve.asymptote_grams == pytest.approx(4800, rel=1e-3)
        assert found.residual < 1e-4

    def test_noise_is_told_as_the_residual(self):
        chance = random.Random(7)
        truth = Curve("gompertz", 2100.0, 0.035, 40.0)
        ages = list(range(0, 120, 4)) * 3
        grams = [truth.grams_at(float(age)) * chance.gauss(1, 0.05) for age in ages]
        found = fit_best(ages, grams)
        assert found.curve.kind in {"gompertz", "richards"}
        assert found.residual == pytest.approx(0.05, abs=0.012)
        assert abs(found.curve.asymptote_grams - 2100) < 4 * found.deviations[0]

    def test_ross_308_is_nearly_a_gompertz_curve(self):
        curve = standard("ross-308")
        found = fit(curve.age_days, curve.grams, "gompertz")
        assert found.residual < 0.05

    def test_a_real_series_of_chicks(self):
        """R's ChickWeight, diet 1 (Crowder and Hand 1990): one group of slow 1970s chicks."""
        path = Path(__file__).parents[1] / "fixtures" / "growth" / "chickweight.csv"
        rows = [row for row in csv.DictReader(path.read_text("utf-8").splitlines()) if row["diet"] == "1"]
        found = fit_best([float(row["day"]) for row in rows], [float(row["grams"]) for row in rows])
        assert 35 < found.curve.grams_at(0.0) < 48
        assert found.residual < 0.25

    @pytest.mark.parametrize("grams", [[0, 1, 2, 3, 4, 5], [-5, 1, 2, 3, 4, 5]])
    def test_weights_that_are_none_are_refused(self, grams: list[float]):
        with pytest.raises(Implausible, match="no growth"):
            fit([0, 1, 2, 3, 4, 5], grams, "gompertz")

    def test_too_few_ages_are_refused(self):
        with pytest.raises(Implausible, match="5 different ages"):
            fit([1, 1, 2, 2, 3, 3], [10, 11, 20, 21, 30, 31], "gompertz")


class TestFiles:
    @pytest.mark.parametrize(
        "text",
        [
            "age_days,grams\n0,38\n7,65.5\n14,110\n",
            "\ufeff体重;日龄\n38;0\n65,5;7\n110;14\n",
            "0\t38\n7\t65,5\n14\t110",
            "house,day,n,weight_g\nA,0,5,38\nA,7,5,65.5\nA,14,5,110\n",
        ],
    )
    def test_what_spreadsheets_write_is_read(self, text: str):
        curve = read_curve(text, "qingyuan", "own")
        assert curve.age_days == (0, 7, 14)
        assert curve.grams_at(7) == pytest.approx(65.5)

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("", "empty"),
            ("age_days,grams\n0,38\n7,abc\n14,90\n", "Line 3: 'abc'"),
            ("age_days,grams\n0,38\n7,30\n14,90\n", "Line 3: ages must rise"),
            ("age_days,grams\n0,38\n0,39\n14,90\n", "Line 3: ages must rise"),
            ("age_days,grams\n0,38\n7.5,60\n", "Line 3: an age is a whole number"),
            ("age_days,grams\n0,38\n7,60000\n", "Line 3: 60000 g"),
            ("a,b\n0,38\n", "Line 1 names no columns"),
            ("age_days,grams\n0,38\n7,60\n", "3 to 1000 ages"),
        ],
    )
    def test_every_mistake_names_its_line(self, text: str, says: str):
        with pytest.raises(BadFile, match=says):
            read_curve(text, "x", "own")
