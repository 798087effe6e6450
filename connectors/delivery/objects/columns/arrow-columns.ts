import { MillraceError } from '../../../../src/errors.ts'
import { type Column, type Columns, column } from './column.ts'

/** A schema of `apache-arrow`: the part of it that is read. */
export interface ArrowSchema {
  readonly fields: readonly ArrowField[]
}

/** A field of an Arrow schema. */
export interface ArrowField {
  readonly name: string
  readonly nullable: boolean
  readonly type: ArrowType
}

/** The type of a field, of which each kind says more. */
export interface ArrowType {
  readonly typeId: number
}

/** Everything that a type may say. */
interface Details extends ArrowType {
  readonly bitWidth?: number
  readonly isSigned?: boolean
  readonly precision?: number
  readonly scale?: number
  readonly byteWidth?: number
  readonly unit?: number
  readonly timezone?: string | null
  readonly dictionary?: ArrowType
  readonly children?: readonly ArrowField[] | null
}

export function isArrowSchema(value: object): value is ArrowSchema {
  return 'fields' in value && Array.isArray(value.fields)
}

/**
 * The columns of an Arrow schema.
 *
 * @throws MillraceError `OPTION_INVALID` naming a field of a type that there is no column for.
 */
export function columnsOf({ fields }: ArrowSchema): Columns {
  return Object.fromEntries(fields.map((field) => [field.name, columnOf(field.name, field)]))
}

function columnOf(path: string, { nullable, type }: ArrowField): Column {
  const of = typeColumn(path, type)
  return nullable ? column.optional(of) : of
}

/** By `Type` in the format of Arrow's schemas. */
const readers: Readonly<Record<number, (type: Details, path: string) => Column | undefined>> = {
  2: ({ bitWidth, isSigned }) => `${isSigned ? '' : 'u'}int${bitWidth}` as Column,
  3: ({ precision }) => (['', 'float', 'double'] as const)[precision ?? 0] || undefined,
  4: () => 'binary',
  5: () => 'string',
  6: () => 'boolean',
  7: ({ precision = 0, scale = 0, bitWidth }) =>
    bitWidth === 128 ? column.decimal(precision, scale) : undefined,
  8: ({ unit }) => (unit === 0 ? 'date' : undefined),
  10: ({ unit = 3, timezone }) => {
    const name = (['s', 'ms', 'us'] as const)[unit]
    if (name === undefined || (timezone && timezone !== 'UTC')) return undefined
    return column.timestamp(name, { utc: Boolean(timezone) })
  },
  12: ({ children }, path) => column.list(columnOf(`${path}.element`, onlyOf(children))),
  13: ({ children }, path) => column.struct(structOf(children ?? [], path)),
  15: ({ byteWidth = 0 }) => column.fixed(byteWidth),
  17: ({ children }, path) => {
    const entry = onlyOf(children).type as Details
    const [key, value] = entry.children ?? []
    if (key === undefined || value === undefined) return undefined
    return column.map(typeColumn(`${path}.key`, key.type), columnOf(`${path}.value`, value))
  },
  // Which column pays as a dictionary is found out from the rows.
  [-1]: ({ dictionary }, path) => dictionary && typeColumn(path, dictionary),
}

function typeColumn(path: string, type: ArrowType): Column {
  const found = readers[type.typeId]?.(type, path)
  if (found !== undefined) return found
  throw new MillraceError(
    'OPTION_INVALID',
    `field ${path} has type ${String(type)}, which has no column here`,
  )
}

function structOf(children: readonly ArrowField[], path: string): Columns {
  return Object.fromEntries(children.map((field) => [field.name, columnOf(`${path}.${field.name}`, field)]))
}

function onlyOf(children: readonly ArrowField[] | null | undefined): ArrowField {
  return children?.[0] as ArrowField
}
