import { MillraceError } from '../../../../src/errors.ts'
import { type Column, type Columns, column } from './column.ts'

/**
 * A validator that can say as JSON Schema what its values look like, as Standard JSON Schema has it: zod from 4.2 on,
 * arktype and others.
 */
export interface SchemaOfRows<out Output = unknown> {
  readonly '~standard': {
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
    readonly jsonSchema: {
      readonly output: (options: { readonly target: 'draft-2020-12' }) => Record<string, unknown>
    }
  }
}

interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly additionalProperties?: JsonSchema | boolean
  readonly anyOf?: readonly JsonSchema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
}

export function isSchemaOfRows(value: object): value is SchemaOfRows {
  return '~standard' in value
}

/**
 * The columns of a validator's values: `string`, `boolean`, `int64` for integers and `double` for other numbers, lists,
 * structs, maps of strings. What may be missing or null is optional.
 *
 * @throws MillraceError `OPTION_INVALID` for a validator that cannot say it, or naming what there is no column for.
 */
export function jsonSchemaColumns(schema: SchemaOfRows): Columns {
  const { jsonSchema } = schema['~standard']
  if (jsonSchema === undefined)
    throw invalid('the schema cannot say what its columns are (Standard JSON Schema); name them instead')
  let described: JsonSchema
  try {
    described = jsonSchema.output({ target: 'draft-2020-12' })
  } catch (cause) {
    throw invalid('the schema cannot say what its columns are; name them instead', cause)
  }
  if (described.properties === undefined) throw invalid('the schema is not of objects with known properties')
  return fieldsOf(described, '')
}

function fieldsOf({ properties = {}, required = [] }: JsonSchema, within: string): Columns {
  const fields = Object.entries(properties).map(([name, field]) => {
    const of = columnOf(field, `${within}${name}`)
    return [name, required.includes(name) ? of : optional(of)] as const
  })
  return Object.fromEntries(fields)
}

function columnOf(schema: JsonSchema, path: string): Column {
  const { anyOf, type } = schema
  if (anyOf !== undefined) return withoutNull(anyOf, path)
  if (Array.isArray(type)) {
    return withoutNull(
      type.map((each: string) => ({ ...schema, type: each })),
      path,
    )
  }
  const known = columnOfType(schema, path)
  if (known !== undefined) return known
  throw invalid(
    `${path} is ${JSON.stringify(schema)} to the schema, which has no column; name the columns instead`,
  )
}

function columnOfType(schema: JsonSchema, path: string): Column | undefined {
  switch (schema.type ?? typeOfValues(schema)) {
    case 'string':
      return 'string'
    case 'boolean':
      return 'boolean'
    case 'integer':
      return 'int64'
    case 'number':
      return 'double'
    case 'array':
      return schema.items && column.list(columnOf(schema.items, `${path}.element`))
    case 'object':
      return objectOf(schema, path)
    default:
      return undefined
  }
}

function objectOf(schema: JsonSchema, path: string): Column | undefined {
  if (schema.properties !== undefined) return column.struct(fieldsOf(schema, `${path}.`))
  const values = schema.additionalProperties
  return typeof values === 'object' ? column.map('string', columnOf(values, `${path}.value`)) : undefined
}

/** The type of what is listed one by one, if it is one. */
function typeOfValues(schema: JsonSchema): string | undefined {
  const types = new Set((schema.enum ?? [schema.const]).map((value) => typeof value))
  const [only] = types
  return types.size === 1 ? only : undefined
}

function withoutNull(schemas: readonly JsonSchema[], path: string): Column {
  const [first, ...others] = schemas.filter(({ type }) => type !== 'null')
  if (first === undefined || others.length > 0 || schemas.length > 2)
    throw invalid(`${path} may be one of several types, which has no column; name the columns instead`)
  const of = columnOf(first, path)
  return schemas.length > 1 ? optional(of) : of
}

function optional(of: Column): Column {
  return typeof of === 'object' && of.kind === 'optional' ? of : column.optional(of)
}

function invalid(message: string, cause?: unknown): MillraceError {
  return new MillraceError('OPTION_INVALID', message, { cause })
}
