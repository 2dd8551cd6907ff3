import { CATEGORIES, CATEGORY_DESCRIPTIONS } from './categories.js';
import { CODE_RULES } from './code-rules.js';
import { FREE_TEXT, PATH_RULES, SUMMARIES, SUMMARY_TEXTS, TELLING_ARRAYS } from './path-rules.js';
import { OPEN_SCOPES, SENSITIVE_SCOPES } from './scopes.js';
import { ACT_CODE, CONFIDENTIALITY, SENSITIVITIES, SENSITIVITY_VERSION } from './sensitivities.js';

/** Types by category, given by who reads them out of the domain: schemas know nothing of it. */
export type TypesOf = (category: string) => readonly string[];

/** Categories, labels and rules as plain JSON, for whoever has to know what the ledger takes for sensitive and why. */
export function publishedSensitivity(typesOf: TypesOf): object {
  return {
    version: SENSITIVITY_VERSION,
    systems: { confidentiality: CONFIDENTIALITY, sensitivity: ACT_CODE },
    categories: CATEGORIES.map((name) => ({
      name,
      scope: name,
      confidentiality: 'N',
      types: typesOf(name),
      description: CATEGORY_DESCRIPTIONS[name].description,
    })),
    openScopes: [...OPEN_SCOPES],
    sensitivities: SENSITIVE_SCOPES.map((scope) => ({ scope, ...SENSITIVITIES[scope] })),
    paths: { rules: PATH_RULES, tellingArrays: TELLING_ARRAYS, freeText: FREE_TEXT, summaries: SUMMARIES, summaryTexts: SUMMARY_TEXTS },
    codes: CODE_RULES.map(({ id, scope, from, codes, starts = [], systems = [], displays = [] }) => ({
      id,
      scope,
      from,
      codes: codes.map(oneLine),
      starts: starts.map(startsLine),
      systems,
      displays,
    })),
  };
}

/** Codes of a system in one text: thousands of lines would hide the rules. */
function oneLine({ system, codes }: { readonly system: string; readonly codes: readonly string[] }) {
  return { system, codes: codes.join(' ') };
}

function startsLine({ system, starts }: { readonly system: string; readonly starts: readonly string[] }) {
  return { system, starts: starts.join(' ') };
}
