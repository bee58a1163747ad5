/** What a migration may take for granted, or do beyond what the old APIRule says by itself. */
export interface MigrationOptions {
  /** The issuer of tokens whose rules name only the address of the keys: v2 wants one. */
  readonly issuer?: string;
  /** The external authorizer that takes the place of Oathkeeper, a provider of the mesh configuration. */
  readonly authorizer?: string;
  /** Writes the default CORS policy of v1beta1 down. */
  readonly keepCors?: boolean;
  /** Adds policies that let callers of the mesh in, as v1beta1 did. */
  readonly allowInternal?: boolean;
  /** Accepts templates that take more paths than the regular expressions did. */
  readonly acceptWider?: boolean;
}
