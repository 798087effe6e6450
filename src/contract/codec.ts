/**
 * Turns the bytes of a record into a value. A codec that throws makes the record undecodable: the job stops, or the
 * record goes to the output that `from(…, { undecodable })` names.
 *
 * The bytes belong to the source and may be overwritten after the call: copy what must outlive it.
 */
export interface Codec<out T> {
  readonly name: string
  decode(data: Uint8Array): T
}

/** A function serves as a codec too. */
export type Decode<T> = Codec<T> | ((data: Uint8Array) => T)

/** The codec behind a {@link Decode}. */
export function codecOf<T>(decode: Decode<T>): Codec<T> {
  return typeof decode === 'function' ? { name: decode.name || 'function', decode } : decode
}

/**
 * JSON in UTF-8. The type parameter is a promise of yours about what the stream holds; nothing checks it.
 *
 * @example
 * json<{ id: string }>().decode(new TextEncoder().encode('{"id":"a"}')).id // 'a'
 */
export function json<T>(): Codec<T> {
  return { name: 'json', decode: (data) => JSON.parse(utf8(data)) as T }
}

function utf8(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8')
}
