/** Wraps and unwraps secrets. A key file serves it today; an HSM or a KMS can. The key itself never leaves the provider. */
export interface KekProvider {
  readonly kekId: string;
  /** `context` is bound in: a secret unwraps only where it was wrapped for. */
  wrap(secret: Uint8Array, context: string): Promise<string>;
  /** Throws when the wrapped form was changed, or belongs to another context or key. */
  unwrap(wrapped: string, kekId: string, context: string): Promise<Uint8Array>;
}
