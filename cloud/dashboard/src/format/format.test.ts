import { expect, test } from "vitest";
import { Format } from "./format";

const LANGUAGES = { en: "en-GB", zh: "zh-CN" } as const;

test.each(["en", "zh"] as const)("numbers in %s are what Intl writes", (language) => {
  const format = new Format(language);
  for (const digits of [0, 1, 2, 3]) {
    const intl = new Intl.NumberFormat(LANGUAGES[language], {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
    for (const value of [0, 1, 9.99, 10, 999, 1000, 12345.678, 999999.96, 1e9, 0.0004, 26.4, 3.14159]) {
      expect(format.number(value, digits)).toBe(intl.format(value));
      if (value > 1) expect(format.number(-value, digits)).toBe(intl.format(-value).replace("-", "\u2212"));
    }
  }
});

test("nothing is less than nothing", () => {
  expect(new Format("en").number(-0.2)).toBe("0");
  expect(new Format("en").number(-0)).toBe("0");
  expect(new Format("zh").number(-0.04, 1)).toBe("0.0");
});
