import { createHash } from 'node:crypto'

/** A user record to be aggregated. */
export interface UserRecord {
  readonly partitionKey: string
  readonly explicitHashKey?: string | undefined
  readonly data: Uint8Array
  readonly tags?: readonly { readonly key: string; readonly value?: string }[]
}

/** Ways to write the same thing. */
export interface Manner {
  /** Whether a key stands in its table once. Default true. */
  readonly dedupe?: boolean
  /** Whether the tables come after the records. Default false. */
  readonly tablesLast?: boolean
  /** Bytes put before, between and after the fields of every message: fields of a later version. Default: none. */
  readonly unknown?: Uint8Array
}

const magic = Buffer.from('f3899ac2', 'hex')

/** Aggregates as the public description of the format says; written apart from the reader that it tests. */
export function aggregated(records: readonly UserRecord[], manner: Manner = {}): Buffer {
  return sealed(message(records, manner))
}

/** Puts magic and checksum around an AggregatedRecord. */
export function sealed(content: Uint8Array): Buffer {
  return Buffer.concat([magic, content, createHash('md5').update(content).digest()])
}

/** The AggregatedRecord alone. */
export function message(
  records: readonly UserRecord[],
  { dedupe = true, tablesLast = false, unknown = Buffer.alloc(0) }: Manner = {},
): Buffer {
  const partitionKeys = new Table(dedupe)
  const explicitHashKeys = new Table(dedupe)
  const bodies = records.map(({ partitionKey, explicitHashKey, data, tags = [] }) =>
    bytesField(
      3,
      Buffer.concat([
        unknown,
        varintField(1, partitionKeys.indexOf(partitionKey)),
        explicitHashKey === undefined ? unknown : varintField(2, explicitHashKeys.indexOf(explicitHashKey)),
        bytesField(3, data),
        ...tags.map(({ key, value }) =>
          bytesField(
            4,
            Buffer.concat([textField(1, key), value === undefined ? unknown : textField(2, value)]),
          ),
        ),
        unknown,
      ]),
    ),
  )
  const tables = [
    ...partitionKeys.texts.map((text) => textField(1, text)),
    ...explicitHashKeys.texts.map((text) => textField(2, text)),
  ]
  return Buffer.concat([unknown, ...(tablesLast ? [...bodies, ...tables] : [...tables, ...bodies]), unknown])
}

class Table {
  readonly texts: string[] = []
  readonly #dedupe: boolean

  constructor(dedupe: boolean) {
    this.#dedupe = dedupe
  }

  indexOf(text: string): number {
    const known = this.#dedupe ? this.texts.indexOf(text) : -1
    return known >= 0 ? known : this.texts.push(text) - 1
  }
}

export function varint(value: number | bigint): Buffer {
  const bytes: number[] = []
  for (let left = BigInt(value); ; left >>= 7n) {
    if (left < 128n) return Buffer.from([...bytes, Number(left)])
    bytes.push(Number(left & 127n) | 128)
  }
}

export function varintField(field: number, value: number | bigint): Buffer {
  return Buffer.concat([varint(field << 3), varint(value)])
}

export function bytesField(field: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes])
}

export function textField(field: number, text: string): Buffer {
  return bytesField(field, Buffer.from(text))
}
