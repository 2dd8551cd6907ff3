import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isSafetyConflict } from '../../../domain/change-control/protected.js';
import { deadlineOf, SEVERITIES, severityOf } from '../../../domain/resolution/severity.js';
import { CATEGORIES } from '../../../schemas/phi/categories.js';

const test = suite('severity of conflicts');

const severity = (category: string, element: string | null = null) => severityOf({ category, element });

test('what can hurt somebody, or mixes people up, comes first', () => {
  for (const category of ['allergies', 'medications', 'devices', 'immunizations']) assert.is(severity(category), 'safety', category);
  for (const element of ['birthDate', 'gender', 'deceased']) assert.is(severity('demographics', element), 'safety', element);
});

test('it is the same table that asks for a second person', () => {
  for (const category of CATEGORIES)
    for (const element of [null, 'name', 'birthDate']) assert.is(severity(category, element) === 'safety', isSafetyConflict(category, element));
});

test('other clinical differences wait longer, and what changes no treatment longest', () => {
  assert.equal(
    [severity('laboratory'), severity('vital-signs'), severity('demographics', 'address'), severity('coverage')],
    ['clinical', 'clinical', 'administrative', 'administrative'],
  );
  assert.equal(
    SEVERITIES.map((one) => deadlineOf(one, '2026-02-27T10:00:00.000Z')),
    ['2026-02-28T10:00:00.000Z', '2026-03-06T10:00:00.000Z', '2026-03-29T10:00:00.000Z'],
  );
});

test.run();
