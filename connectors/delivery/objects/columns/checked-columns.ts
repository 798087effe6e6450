import { MillraceError } from '../../../../src/errors.ts'
import type { Column, Columns } from './column.ts'

const plain: readonly unknown[] = [
  ...['string', 'boolean', 'int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64'],
  ...['float', 'double', 'binary', 'date', 'timestamp'],
]
const mostDigits = 38
const mostBytes = 65_536

/**
 * A copy of the columns that nobody else can change.
 *
 * @throws MillraceError `OPTION_INVALID` without any column, or naming one that cannot be.
 */
export function checkedColumns(columns: Columns, of: string): Columns {
  const names = Object.keys(columns)
  if (names.length === 0) throw invalid(`${of} has no columns`)
  return fieldsOf(columns, '')
}

function fieldsOf(columns: Columns, within: string): Columns {
  const fields = Object.entries(columns).map(([name, column]) => {
    if (name === '__proto__') throw invalid("no column can be named __proto__, a name of JavaScript's own")
    return [name, checked(`${within}${name}`, column)] as const
  })
  return Object.freeze(Object.fromEntries(fields))
}

function checked(name: string, column: Column): Column {
  if (plain.includes(column)) return column
  if (typeof column !== 'object' || column === null) throw unknown(name, column)
  switch (column.kind) {
    case 'optional': {
      const of = checked(name, column.of)
      if (typeof of === 'object' && of.kind === 'optional') throw invalid(`column ${name} is optional twice`)
      return { kind: 'optional', of }
    }
    case 'decimal':
      requireWithin(name, 'precision', column.precision, 1, mostDigits)
      requireWithin(name, 'scale', column.scale, 0, column.precision)
      return { kind: 'decimal', precision: column.precision, scale: column.scale }
    case 'fixed':
      requireWithin(name, 'sizeBytes', column.sizeBytes, 1, mostBytes)
      return { kind: 'fixed', sizeBytes: column.sizeBytes }
    case 'timestamp':
      if (!['s', 'ms', 'us'].includes(column.unit))
        throw invalid(`column ${name} has the unit ${column.unit}; there are s, ms and us`)
      return { kind: 'timestamp', unit: column.unit, utc: column.utc }
    case 'list':
      return { kind: 'list', of: checked(`${name}.element`, column.of) }
    case 'map': {
      const key = checked(`${name}.key`, column.key)
      if (typeof key === 'object' && key.kind === 'optional')
        throw invalid(`keys of column ${name} cannot be null`)
      return { kind: 'map', key, value: checked(`${name}.value`, column.value) }
    }
    case 'struct':
      if (Object.keys(column.fields).length === 0) throw invalid(`column ${name} has no fields`)
      return { kind: 'struct', fields: fieldsOf(column.fields, `${name}.`) }
    default:
      throw unknown(name, (column as { kind?: unknown }).kind)
  }
}

function requireWithin(name: string, what: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && least <= value && value <= most) return
  throw invalid(`column ${name} has the ${what} ${value}; it must be a whole number from ${least} to ${most}`)
}

function unknown(name: string, type: unknown): MillraceError {
  const known = `${plain.join(', ')}, and what column.… makes`
  return invalid(`column ${name} has type ${String(type)}; there are ${known}`)
}

function invalid(message: string): MillraceError {
  return new MillraceError('OPTION_INVALID', message)
}
