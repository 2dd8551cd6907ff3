import type { MaskRule } from '../../schemas/phi/masking.js';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.js';

/** A member on the walk: where it stands by path and by the definition that holds it, and of what type it is. */
export interface Member {
  readonly object: JsonObject;
  readonly definition: string;
  readonly name: string;
  readonly path: string;
  readonly type: string;
  /** Its codes where FHIR closes the list. */
  readonly codes: ReadonlySet<string> | null;
}

/** The first rule that names the member: by path, by `HumanName.family`, or by its type. */
export function ruleFor(rules: readonly MaskRule[], member: Member): MaskRule | undefined {
  return rules.find(
    ({ path, where }) =>
      (path === member.path || path === `${member.definition}.${member.name}` || path === member.type) && (where === undefined || fits(where, member.object)),
  );
}

/** Whether some rule keeps something within the member. */
export function reaches(rules: readonly MaskRule[], { path, type }: Pick<Member, 'path' | 'type'>): boolean {
  return rules.some((rule) => rule.mask.kind !== 'redact' && (rule.path.startsWith(`${path}.`) || rule.path.startsWith(`${type}.`)));
}

function fits(where: NonNullable<MaskRule['where']>, object: JsonObject): boolean {
  if (where.system !== undefined && object['system'] !== where.system) return false;
  return where.type === undefined || codesOf(object['type']).includes(where.type);
}

function codesOf(concept: JsonValue | undefined): string[] {
  const coding = isJsonObject(concept) ? concept['coding'] : undefined;
  if (!isJsonArray(coding)) return [];
  return coding.flatMap((one) => (isJsonObject(one) && typeof one['code'] === 'string' ? [one['code']] : []));
}
