import { parquetMetadata } from 'hyparquet'

/**
 * What a Parquet file consists of, but for the records that its rows came from: those are told by the positions of one run,
 * and another one that makes the same rows may have read on further.
 */
export function parquetContent(bytes: Buffer): string {
  const {
    key_value_metadata: told = [],
    metadata_length: length,
    ...footer
  } = parquetMetadata(Uint8Array.from(bytes).buffer)
  const pages = bytes.subarray(0, bytes.length - 8 - length)
  const others = told.filter(({ key }) => key !== 'millrace.ranges')
  const text = JSON.stringify({ ...footer, others }, (_, value) =>
    typeof value === 'bigint' ? `${value}` : value,
  )
  return `${pages.toString('base64')} ${text}`
}
