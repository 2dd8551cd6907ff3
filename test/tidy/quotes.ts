import { readFileSync } from 'node:fs';

const QUOTE = /(<!-- quote (\S+) "([^"]+)" -->)\n(?:\n```ts\n[\s\S]*?\n```\n)?/g;

/** Fills each `<!-- quote FILE "BEGINNING" -->` of a page with the declaration that begins so, to its closing line. */
export function withQuotes(page: string): string {
  return page.replace(QUOTE, (_whole, marker: string, file: string, beginning: string) => `${marker}\n\n\`\`\`ts\n${quoted(file, beginning)}\n\`\`\`\n`);
}

function quoted(file: string, beginning: string): string {
  const lines = readFileSync(file, 'utf8').split('\n');
  const first = lines.findIndex((line) => line.trimStart().startsWith(beginning));
  if (first === -1) throw new Error(`${file} has nothing that begins with ${beginning}`);
  const indent = /^ */.exec(lines[first] ?? '')?.[0] ?? '';
  const last = lines.findIndex((line, index) => index > first && new RegExp(`^${indent}[})]`).test(line));
  return lines
    .slice(first, last + 1)
    .map((line) => line.slice(indent.length))
    .join('\n');
}
