/** A verb's work went wrong, in words for whoever runs it. */
export class CliProblem extends Error {}
