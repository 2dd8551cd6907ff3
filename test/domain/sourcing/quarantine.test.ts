import { suite } from 'uvu';
import { quarantineDecider } from '../../../domain/sourcing/quarantine.js';
import { Story, token } from '../given.js';

const test = suite('quarantine');

const refusedLine = (text: string) => ({
  source: 'lis',
  scope: 'quarantine',
  data: { code: 'invalid-json', resourceType: null, pointer: null, inputToken: token(text), sealedUnder: 'input' as const },
  text,
});
const quarantine = (...lines: string[]) => new Story(quarantineDecider, 'acme.quarantine-lis').tell(...lines.map(refusedLine));

test('what could not be taken is kept with its reason, its text to be sealed under a scope of its own', () => {
  quarantine()
    .when(refusedLine('{broken'))
    .thenEvents({
      type: 'input-quarantined',
      data: { code: 'invalid-json', inputToken: token('{broken') },
      source: { id: 'lis', recordKey: null },
      content: { scope: 'quarantine', text: '{broken' },
    });
});

test('the same input is kept once, however often it is sent', () => {
  const story = quarantine('{broken', 'other');
  story.when(refusedLine('{broken')).thenRepeats(story.events[0] as never);
  story.when(refusedLine('other')).thenRepeats(story.events[1] as never);
  story.when(refusedLine('a third')).thenEvents({ type: 'input-quarantined' });
});

test.run();
