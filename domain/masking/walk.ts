import { isTime, readTime } from '../identity/time.js';
import { isJsonArray, type JsonObject, type JsonValue, WideNumber } from '../json/json-value.js';
import { shiftedDate, yearOf } from './dates.js';
import { isRemovedPath, REMOVED_TYPES } from './identifiers.js';
import { fillNeeded, isOwnExtension, marksFor, OLDEST } from './marks.js';
import { type Masked, masked } from './masks.js';
import { numberText } from './number-text.js';
import type { Plan } from './plan.js';
import { type Member, reaches, ruleFor } from './rules.js';
import { isPlainCode } from './safe-codes.js';
import {
  type AgeRule,
  addressOf,
  asObject,
  changesMeaning,
  codingOf,
  isAboutAge,
  isQuantity,
  isSafeExtension,
  OLDEST_YEARS,
  quantityOf,
  referenceOf,
} from './safe-elements.js';
import { isSafeNumber } from './safe-numbers.js';
import type { MaskTools, MemberType, Shape } from './tools.js';

const DEPTH_AT_MOST = 60;
const ANY_RESOURCE = 'ResourceList';
const LABELS = 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue';

export interface Refused {
  readonly path: string;
  readonly code: NonNullable<Masked['refused']>;
}

/** A resource as the plan lets it be seen; or that it cannot be shown at all, and why. */
export type MaskedResource =
  | { readonly kind: 'masked'; readonly resource: JsonObject; readonly refused: readonly Refused[] }
  | { readonly kind: 'withheld'; readonly why: 'modifier-extension' | 'unknown-type' };

/** One resource of a patient under a plan. It throws for no input, and changes nothing in what it is given. */
export function maskResource(resource: JsonObject, plan: Plan, tools: MaskTools): MaskedResource {
  const walk = new Walk(plan, tools);
  const shown = walk.resource(resource, false);
  if (walk.withheld) return { kind: 'withheld', why: 'modifier-extension' };
  if (shown === undefined) return { kind: 'withheld', why: 'unknown-type' };
  const meta = { ...asObject(shown['meta'] ?? null), security: [{ system: LABELS, code: plan.label }] };
  const { resourceType, id, ...rest } = shown as JsonObject & { readonly resourceType: string };
  return { kind: 'masked', resource: { resourceType, ...(id === undefined ? {} : { id }), meta, ...rest }, refused: walk.refused };
}

/** A mask has left something. */
type Left = Masked & { readonly value: JsonValue };

class Walk {
  readonly refused: Refused[] = [];
  withheld = false;
  readonly #plan: Plan;
  readonly #tools: MaskTools;
  /** Whether only what is known to be safe is shown. */
  readonly #closed: boolean;
  readonly #limited: boolean;
  #depth = 0;
  /** Within an observation of an age, or a component of one: what stands deeper, as the ends of a range do, is an age too. */
  #aboutAge = false;
  #ruled = 0;

  constructor(plan: Plan, tools: MaskTools) {
    this.#plan = plan;
    this.#tools = tools;
    this.#closed = plan.base !== 'none';
    this.#limited = plan.base === 'limited-data-set';
  }

  resource(value: JsonValue, contained: boolean): JsonObject | undefined {
    const object = asObject(value);
    const type = object?.['resourceType'];
    if (object === undefined || typeof type !== 'string' || type === ANY_RESOURCE) return undefined;
    const shown = this.#element(object, type, type);
    if (shown === undefined || !this.#closed || typeof object['id'] !== 'string') return shown;
    const id = type === 'Patient' && !contained ? this.#tools.pseudonym : this.#tools.idFor(object['id']);
    return { ...shown, id };
  }

  #element(object: JsonObject, definition: string, path: string): JsonObject | undefined {
    const shape = this.#tools.shapes(definition);
    if (shape === undefined || this.#depth >= DEPTH_AT_MOST) return undefined;
    if (this.#closed && changesMeaning(object)) this.withheld = true;
    const out: Record<string, JsonValue> = {};
    const wasAboutAge = this.#aboutAge;
    this.#aboutAge ||= isAboutAge(object);
    this.#depth += 1;
    for (const [name, value] of Object.entries(object)) {
      const type = shape.members.get(name);
      if (name === 'resourceType') out[name] = value;
      else if (type !== undefined && !name.startsWith('_')) this.#member(memberOf(object, definition, name, path, type), type, value, out);
    }
    this.#siblings(object, definition, shape, path, out);
    this.#depth -= 1;
    this.#aboutAge = wasAboutAge;
    fillNeeded(object, shape, out, this.#tools.shapes);
    return Object.keys(out).length === 0 ? undefined : out;
  }

  #member(member: Member, { isList, isPrimitive }: MemberType, value: JsonValue, out: Record<string, JsonValue>): void {
    const items = isList && isJsonArray(value) ? value : [value];
    const results = items.map((item) => this.#item(member, item)).filter((result): result is Left => result.value !== undefined);
    const values = results.map(({ value: left }) => left);
    const [first] = values;
    if (first === undefined) return;
    out[member.name] = isList ? values : first;
    const marks = isPrimitive ? marksFor(results) : undefined;
    if (marks !== undefined) out[`_${member.name}`] = isList ? marks : (marks[0] as JsonValue);
  }

  #item(member: Member, value: JsonValue): Masked {
    const rule = ruleFor(this.#plan.rules, member);
    if (rule !== undefined) {
      const result = masked(rule.mask, value, this.#tools);
      if (result.value !== undefined) this.#ruled += 1;
      if (result.refused !== undefined) this.refused.push({ path: member.path, code: result.refused });
      return result;
    }
    const shown = this.#closed ? this.#safe(member, value) : this.#open(member, value);
    return shown === undefined ? {} : { value: shown };
  }

  /** Of a plan that keeps what no rule names. */
  #open(member: Member, value: JsonValue): JsonValue | undefined {
    if (isDate(member.type)) return this.#date(member, value);
    if (member.type === ANY_RESOURCE) return this.resource(value, true);
    const object = asObject(value);
    if (object === undefined) return value;
    return member.type === 'Extension' && isOwnExtension(object) ? undefined : this.#element(object, member.type, member.path);
  }

  /** Of a plan that keeps only what is known to be safe. */
  #safe(member: Member, value: JsonValue): JsonValue | undefined {
    const { type, path, name } = member;
    if (isRemovedPath(path, name)) return undefined;
    if (isDate(type)) return this.#date(member, value);
    const object = asObject(value);
    if (object === undefined) return this.#safePrimitive(member, value);
    if (REMOVED_TYPES.has(type)) return this.#onlyRuled(member, object);
    if (type === 'Coding') return this.#andRuled(member, object, codingOf(object, this.#tools));
    if (type === 'Reference') return this.#andRuled(member, object, referenceOf(object, name, this.#tools));
    if (type === 'Address') return this.#andRuled(member, object, addressOf(object, this.#limited));
    if (isQuantity(type)) return this.#andRuled(member, object, quantityOf(object, this.#tools, this.#ages()));
    if (type === 'Extension') return this.#extension(object, path);
    return type === ANY_RESOURCE ? this.resource(object, true) : this.#element(object, type, path);
  }

  #ages(): AgeRule {
    if (this.#limited) return 'kept';
    return this.#aboutAge ? 'capped, in years without a unit' : 'capped';
  }

  #safePrimitive(member: Member, value: JsonValue): JsonValue | undefined {
    if (typeof value === 'boolean') return value;
    if (typeof value === 'number' || value instanceof WideNumber) return this.#safeNumber(member, value);
    const { type, codes } = member;
    if (typeof value !== 'string' || type !== 'code') return undefined;
    const isSafe = codes === null ? isPlainCode(value) && !this.#tools.known.holds(value) : codes.has(value);
    return isSafe ? value : undefined;
  }

  #safeNumber({ definition, name }: Member, value: number | WideNumber): JsonValue | undefined {
    if (!isSafeNumber(definition, name, value)) return undefined;
    const text = numberText(value);
    const tellsAge = this.#ages() === 'capped, in years without a unit' && Number(text) > OLDEST_YEARS;
    return tellsAge || this.#tools.known.holds(text) ? undefined : value;
  }

  /** What is safe of an element, and what a rule of the policy keeps of it besides. */
  #andRuled(member: Member, object: JsonObject, safe: JsonObject | undefined): JsonObject | undefined {
    const ruled = this.#onlyRuled(member, object);
    return ruled === undefined ? safe : { ...ruled, ...safe };
  }

  /** An element that goes by its type, but for what a rule of the policy keeps of it. */
  #onlyRuled(member: Member, object: JsonObject): JsonObject | undefined {
    if (!reaches(this.#plan.rules, member)) return undefined;
    const before = this.#ruled;
    const shown = this.#element(object, member.type, member.path);
    return this.#ruled > before ? shown : undefined;
  }

  #extension(object: JsonObject, path: string): JsonObject | undefined {
    if (!isSafeExtension(object)) return undefined;
    const { url: _, ...shown } = this.#element(object, 'Extension', path) ?? {};
    const says = Object.keys(shown).some((name) => name.startsWith('value') || name === 'extension');
    return says ? { url: object['url'] as string, ...shown } : undefined;
  }

  #date({ type }: Member, value: JsonValue): JsonValue | undefined {
    if (typeof value !== 'string') return undefined;
    const { dates } = this.#plan;
    if (type === 'time') return dates === 'year' ? undefined : value;
    if (dates === 'shift') return shiftedDate(value, this.#tools.shiftDays) ?? undefined;
    if (dates === 'keep') return isTime(readTime(value)) ? value : undefined;
    // An instant cannot be a year alone.
    return type === 'instant' ? undefined : (yearOf(value, this.#tools.nowYear) ?? undefined);
  }

  #tellsOldAge(birthDate: JsonValue | undefined): boolean {
    if (!this.#closed || this.#plan.dates !== 'year' || typeof birthDate !== 'string') return false;
    if (this.#plan.rules.some(({ path }) => path === 'Patient.birthDate' || path === 'date')) return false;
    return isTime(readTime(birthDate)) && yearOf(birthDate, this.#tools.nowYear) === null;
  }

  /** Beside a list each stands at its item's place: where items may have gone, so does what stood beside them. */
  #beside(value: JsonValue, path: string): JsonValue | undefined {
    const beside = asObject(value);
    if (beside !== undefined) return this.#element(beside, 'Element', path);
    if (this.#closed || !isJsonArray(value)) return undefined;
    return value.map((item) => this.#beside(item, path) ?? null);
  }

  /** What stands beside primitives, in `_name`: extensions that say why there is no value. */
  #siblings(object: JsonObject, definition: string, { members }: Shape, path: string, out: Record<string, JsonValue>): void {
    for (const [sibling, value] of Object.entries(object)) {
      if (!sibling.startsWith('_') || out[sibling] !== undefined) continue;
      const name = sibling.slice(1);
      const type = members.get(name);
      if (type === undefined) continue;
      const ruled = ruleFor(this.#plan.rules, memberOf(object, definition, name, path, type)) !== undefined;
      const shown = ruled ? undefined : this.#beside(value, `${path}.${name}`);
      if (shown !== undefined) out[sibling] = shown;
    }
    if (definition === 'Patient' && this.#tellsOldAge(object['birthDate'])) out['_birthDate'] = OLDEST;
  }
}

function memberOf(object: JsonObject, definition: string, name: string, path: string, { type, codes }: MemberType): Member {
  return { object, definition, name, path: `${path}.${name}`, type, codes };
}

function isDate(type: string): boolean {
  return type === 'date' || type === 'dateTime' || type === 'instant' || type === 'time';
}
