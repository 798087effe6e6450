import { BinaryWriter, FixedWriter, TextWriter } from './byte-writers.ts'
import type { Column, PlainColumn } from './column.ts'
import type { ColumnWriter } from './column-writer.ts'
import { DecimalWriter, Int64Writer, Uint64Writer } from './long-writers.ts'
import { ListWriter, MapWriter, OptionalWriter, StructWriter } from './nested-writers.ts'
import { BooleanWriter, DoubleWriter, FloatWriter, Int32Writer, IntegerWriter } from './number-writers.ts'
import { DateWriter, TimestampWriter } from './time-writers.ts'

const plain: Readonly<Record<PlainColumn, (name: string) => ColumnWriter>> = {
  string: (name) => new TextWriter(name),
  boolean: (name) => new BooleanWriter(name),
  int8: (name) => new IntegerWriter(name, new Int8Array(0), true),
  int16: (name) => new IntegerWriter(name, new Int16Array(0), true),
  int32: (name) => new Int32Writer(name),
  int64: (name) => new Int64Writer(name),
  uint8: (name) => new IntegerWriter(name, new Uint8Array(0), false),
  uint16: (name) => new IntegerWriter(name, new Uint16Array(0), false),
  uint32: (name) => new IntegerWriter(name, new Uint32Array(0), false),
  uint64: (name) => new Uint64Writer(name),
  float: (name) => new FloatWriter(name),
  double: (name) => new DoubleWriter(name),
  binary: (name) => new BinaryWriter(name),
  date: (name) => new DateWriter(name),
  timestamp: (name) => new TimestampWriter(name, 'ms'),
}

/** Takes the values of a column. @param name Where it is, for messages: fields of fields are named `place.lat`. */
export function writerOf(name: string, column: Column): ColumnWriter {
  if (typeof column === 'string') return plain[column](name)
  switch (column.kind) {
    case 'optional':
      return new OptionalWriter(writerOf(name, column.of))
    case 'decimal':
      return new DecimalWriter(name, column.precision, column.scale)
    case 'fixed':
      return new FixedWriter(name, column.sizeBytes)
    case 'timestamp':
      return new TimestampWriter(name, column.unit)
    case 'list':
      return new ListWriter(name, writerOf(`${name}.element`, column.of))
    case 'map':
      return new MapWriter(name, writerOf(`${name}.key`, column.key), writerOf(`${name}.value`, column.value))
    case 'struct':
      return new StructWriter(
        name,
        Object.entries(column.fields).map(([field, of]) => [field, writerOf(`${name}.${field}`, of)]),
      )
  }
}
