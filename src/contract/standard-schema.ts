/**
 * A schema of any library that follows Standard Schema (https://standardschema.dev), such as zod, valibot and arktype:
 * the part of the specification that Millrace uses.
 */
export interface StandardSchema<out Output = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
  }
}

/** What a schema says of a value: what it makes of it, or what is wrong with it. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

/** One thing that is wrong. */
export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** More are not told. */
const issuesTold = 3

/**
 * What a schema makes of a value.
 *
 * @throws Error with what is wrong, and where; or if the schema validates asynchronously.
 */
export function conforming<T>(schema: StandardSchema<T>, value: unknown): T {
  const result = schema['~standard'].validate(value)
  if (result instanceof Promise) {
    // Nobody waits for what it says.
    result.catch(() => {})
    // zod, for one, begins anew asynchronously when a function of the schema has thrown.
    throw new Error(
      'the schema validates asynchronously, which a codec cannot wait for, or a function in it has thrown',
    )
  }
  if (result.issues === undefined) return result.value
  throw new Error(toldOf(result.issues))
}

function toldOf(issues: readonly SchemaIssue[]): string {
  const told = issues.slice(0, issuesTold).map(({ path = [], message }) => {
    const place = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
    return place === '' ? message : `${place}: ${message}`
  })
  const more = issues.length - told.length
  return [...told, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
}
