import { Decoder, Encoder } from 'cbor-x'

/** What a page of GetRecords says, apart from the records themselves. */
export interface PageHead {
  readonly iterator: string
  readonly behind: boolean
  readonly records: number
}

/** How a client without an SDK writes calls and reads pages. */
export interface Encoding {
  readonly name: string
  readonly contentType: string
  encode(input: object): Buffer
  decode(output: Buffer): Record<string, unknown>
  /** A blob as a member of an input. */
  blob(bytes: Buffer): unknown
  /** Cheaper than decoding, so that the client does not get in the way of the server. */
  headOf(page: Buffer): PageHead
}

const options = { useRecords: false, mapsAsObjects: true, tagUint8Array: false, int64AsNumber: true }
const encoder = new Encoder(options)
const decoder = new Decoder(options)

export const json: Encoding = {
  name: 'JSON',
  contentType: 'application/x-amz-json-1.1',
  encode: (input) => Buffer.from(JSON.stringify(input)),
  decode: (output) => JSON.parse(output.toString()),
  blob: (bytes) => bytes.toString('base64'),
  headOf: (page) =>
    head(page, /"MillisBehindLatest":0,"NextShardIterator":"([^"]+)"/, iteratorOfJson, '"Data"'),
}

export const cbor: Encoding = {
  name: 'CBOR',
  contentType: 'application/x-amz-cbor-1.1',
  encode: (input) => encoder.encode(input),
  decode: (output) => decoder.decode(output),
  blob: (bytes) => bytes,
  headOf: (page) => head(page, /MillisBehindLatest\0/, iteratorOfCbor, 'dData'),
}

const iteratorOfJson = /"NextShardIterator":"([^"]+)"/
/** The text after the name is base64, behind one or two bytes of its length. */
const iteratorOfCbor = /NextShardIterator(?:x.|y..)([\w+/=]+)gRecords/s

function head(page: Buffer, caughtUp: RegExp, iterator: RegExp, recordMark: string): PageHead {
  const start = page.toString('latin1', 0, 600)
  return {
    iterator: iterator.exec(start)![1]!,
    behind: !caughtUp.test(start),
    records: countOf(page, recordMark),
  }
}

/** Records are about equally large, so most of the bytes between two of them need not be searched. */
function countOf(page: Buffer, mark: string): number {
  let count = 0
  for (let at = page.indexOf(mark); at >= 0; at = page.indexOf(mark, at + 250)) count++
  return count
}
