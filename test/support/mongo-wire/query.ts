import type { Document } from 'mongodb';

/** Just the operators that the adapters use; any other is an error, so that a test never passes on one that is not understood. */
export function matches(document: Document, filter: Document): boolean {
  return Object.entries(filter).every(([field, wanted]) => {
    if (field === '$or') return (wanted as Document[]).some((one) => matches(document, one));
    if (field === '$and') return (wanted as Document[]).every((one) => matches(document, one));
    if (field === '$expr') return evaluate(wanted, document) === true;
    if (field.startsWith('$')) throw new Error(`unknown operator ${field}`);
    return fits(document[field], wanted);
  });
}

function fits(value: unknown, wanted: unknown): boolean {
  const values = Array.isArray(value) ? value : [value];
  if (!isOperators(wanted)) return values.some((one) => compare(one, wanted) === 0);
  return Object.entries(wanted).every(([operator, operand]) => values.some((one) => test(operator, one, operand)));
}

function test(operator: string, value: unknown, operand: unknown): boolean {
  if (operator === '$in') return (operand as unknown[]).some((one) => compare(value, one) === 0);
  if (operator === '$eq') return compare(value, operand) === 0;
  // Ranges match values of the operand's type only: null is not less than 5.
  const comparable = typeof value === typeof operand && value !== null;
  if (operator === '$gt') return comparable && compare(value, operand) > 0;
  if (operator === '$gte') return comparable && compare(value, operand) >= 0;
  if (operator === '$lt') return comparable && compare(value, operand) < 0;
  throw new Error(`unknown operator ${operator}`);
}

function isOperators(wanted: unknown): wanted is Document {
  return typeof wanted === 'object' && wanted !== null && Object.keys(wanted).some((name) => name.startsWith('$'));
}

/** Simple binary collation: strings by their UTF-8 bytes. */
export function compare(left: unknown, right: unknown): number {
  if (typeof left === 'string' && typeof right === 'string') return Buffer.compare(Buffer.from(left), Buffer.from(right));
  if (left instanceof Date && right instanceof Date) return left.getTime() - right.getTime();
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return (left ?? null) === (right ?? null) ? 0 : Number.NaN;
}

function evaluate(expression: unknown, document: Document): unknown {
  if (expression === '$$NOW') return new Date();
  if (typeof expression === 'string' && expression.startsWith('$')) return document[expression.slice(1)];
  if (!isOperators(expression)) return expression;
  const [operator, operand] = Object.entries(expression)[0] as [string, unknown];
  if (operator === '$literal') return operand;
  const values = (operand as unknown[]).map((one) => evaluate(one, document));
  if (operator === '$eq') return compare(values[0], values[1]) === 0;
  if (operator === '$lte') return compare(values[0], values[1]) <= 0;
  if (operator === '$cond') return values[0] === true ? values[1] : values[2];
  if (operator === '$add') return values[0] instanceof Date ? new Date(values[0].getTime() + Number(values[1])) : Number(values[0]) + Number(values[1]);
  throw new Error(`unknown expression ${operator}`);
}

/** The document after an update. `known` is undefined when it is inserted. */
export function updated(known: Document | undefined, filter: Document, update: Document | Document[]): Document {
  const base: Document = known ?? { _id: filter['_id'] };
  if (Array.isArray(update)) {
    let document = base;
    for (const stage of update) {
      const set = Object.entries(stage['$set'] as Document).map(([field, expression]) => [field, evaluate(expression, document)]);
      document = Object.assign({}, document, Object.fromEntries(set));
    }
    return document;
  }
  if (!isOperators(update)) return { ...(update as object), _id: base['_id'] };
  const next: Document = { ...(base as object) };
  for (const [operator, fields] of Object.entries(update)) {
    if (operator === '$set' || (operator === '$setOnInsert' && known === undefined)) Object.assign(next, fields);
    else if (operator === '$inc') for (const [field, by] of Object.entries(fields as Document)) next[field] = Number(next[field] ?? 0) + Number(by);
    else if (operator !== '$setOnInsert') throw new Error(`unknown update ${operator}`);
  }
  return next;
}
