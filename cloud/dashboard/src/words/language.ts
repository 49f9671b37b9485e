export type Language = "en" | "zh";

/** What each calls itself. */
export const LANGUAGES: Record<Language, string> = { en: "English", zh: "中文" };

/** The first language of the browser's list that Henwise speaks; English when there is none. */
export function preferredLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split("-")[0];
    if (language === "zh" || language === "en") return language;
  }
  return "en";
}
