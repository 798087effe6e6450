/** What COPY is told of files, by the extension of their format. */
const formats: Readonly<Record<string, string>> = {
  parquet: 'FORMAT AS PARQUET',
  jsonl: "FORMAT AS JSON 'auto ignorecase'",
  'jsonl.gz': "FORMAT AS JSON 'auto ignorecase' GZIP",
  'jsonl.zst': "FORMAT AS JSON 'auto ignorecase' ZSTD",
}

/** The words for COPY; `undefined` for files that it is not asked to read. */
export function copyFormat(extension: string): string | undefined {
  return Object.hasOwn(formats, extension) ? formats[extension] : undefined
}

/** Why files of a format are refused, in a sentence; `undefined` if they are not. */
export function refusedFormat(extension: string): string | undefined {
  if (copyFormat(extension) !== undefined) return undefined
  return `Redshift is given Parquet, or JSON lines that are plain or compressed by gzip or zstd, not ${extension}: use parquet(…) or jsonLines(…)`
}
