import type { Command } from 'commander';

export function addLoad(_program: Command): void {}
