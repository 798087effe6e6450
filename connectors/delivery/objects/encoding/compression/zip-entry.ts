import { PassThrough, type Readable } from 'node:stream'
import type { Compressor, TextFacts } from './compressor.ts'
import { StreamCompressor } from './zlib-stream.ts'

/** A ZIP archive of one file, which is named after the rows in it, such as `orders-0-4211.jsonl`. */
export async function zipEntry({ extension, told }: TextFacts): Promise<Compressor> {
  const { ZipFile } = await import('yazl')
  const { 'millrace.sink': sink = 'rows', 'millrace.rows': rows } = told
  const name = [sink.replaceAll(/[^\w.-]/g, '_'), rows].filter(Boolean).join('-')
  const text = new PassThrough()
  const zip = new ZipFile()
  // A date that says nothing. ZIP has those of the local clock, so it is given by that: the same bytes in every zone.
  const options = { mtime: new Date(2000, 0, 1, 12), mode: 0o100644, forceDosTimestamp: true }
  zip.addReadStream(text, `${name}.${extension}`, options)
  zip.end()
  return new StreamCompressor(text, zip.outputStream as Readable)
}
