/**
 * A value as DynamoDB has it, in JSON: binary values are in base64. It is what checkpoints hold, so that nothing of a row
 * is lost that JSON alone does not know.
 */
export type StoredValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly L: readonly StoredValue[] }
  | { readonly M: StoredItem }

export type StoredItem = { readonly [name: string]: StoredValue }

/** An item of a row. Members that are `undefined` are left out. Throws a `TypeError` for what DynamoDB has no type for. */
export function storedItem(row: object, path = ''): StoredItem {
  const entries = Object.entries(row).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries.map(([name, value]) => [name, storedValue(value, `${path}${name}`)]))
}

function storedValue(value: unknown, path: string): StoredValue {
  if (typeof value === 'string') return { S: value }
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value)))
    return { N: String(value) }
  if (typeof value === 'boolean') return { BOOL: value }
  if (value === null) return { NULL: true }
  if (value instanceof Uint8Array)
    return { B: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') }
  if (value instanceof Date) return { S: value.toISOString() }
  if (Array.isArray(value)) return { L: value.map((one, index) => storedValue(one, `${path}[${index}]`)) }
  if (isPlain(value)) return { M: storedItem(value, `${path}.`) }
  throw new TypeError(`"${path}" is ${shown(value)}, for which DynamoDB has no type`)
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function shown(value: unknown): string {
  return typeof value === 'object' ? `an object of ${value?.constructor?.name ?? 'no'} class` : String(value)
}

/** A value as the AWS SDK has it. */
export type AttributeValue =
  | Exclude<StoredValue, { B: string } | { L: unknown } | { M: unknown }>
  | { B: Uint8Array }
  | { L: AttributeValue[] }
  | { M: Record<string, AttributeValue> }

/** What {@link storedItem} gave, for the AWS SDK. */
export function attributesOf(item: StoredItem): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, attributeOf(value)]))
}

function attributeOf(value: StoredValue): AttributeValue {
  if ('B' in value) return { B: Buffer.from(value.B, 'base64') }
  if ('L' in value) return { L: value.L.map(attributeOf) }
  if ('M' in value) return { M: attributesOf(value.M) }
  return value
}
