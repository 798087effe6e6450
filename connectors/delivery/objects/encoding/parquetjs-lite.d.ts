/** The parts of parquetjs-lite 0.8 that Millrace and its tests use. The package has no types of its own. */
declare module 'parquetjs-lite' {
  interface Parquetjs {
    ParquetSchema: new (
      fields: Record<
        string,
        { type: string; compression: 'UNCOMPRESSED' | 'SNAPPY' | 'GZIP'; statistics: false }
      >,
    ) => Schema
    ParquetEnvelopeWriter: new (
      schema: Schema,
      write: (bytes: Buffer) => void,
      close: () => void,
      fileOffset: number,
      options: { useDataPageV2: boolean; pageIndex: boolean },
    ) => Envelope
    ParquetWriter: new (
      schema: Schema,
      envelope: RowGroupTarget,
      options: { rowGroupSize: number },
    ) => RowGroupWriter
    ParquetReader: {
      openFile(path: string): Promise<{
        getCursor(): { next(): Promise<object | null> }
        close(): Promise<void>
      }>
    }
  }
  export interface Schema {
    readonly fieldList: readonly { readonly name: string }[]
  }
  export interface RowGroupTarget {
    readonly useDataPageV2: boolean
    writeHeader(): void
    writeRowGroup(records: RowBuffer): void
    writeIndex(): void
    writeFooter(): void
    close(): void
  }
  export interface Envelope extends RowGroupTarget {
    readonly rowGroups: readonly {
      readonly columns: readonly { readonly meta_data: { statistics?: object } }[]
    }[]
    writeFooter(metadata?: Readonly<Record<string, string>>): void
  }
  export interface RowBuffer {
    rowCount: number
    pageRowCount: number
    columnData: Record<string, ColumnData>
    pages: Record<string, unknown[]>
  }
  export interface ColumnData {
    values: unknown[]
    dlevels: unknown[]
    rlevels: unknown[]
    distinct_values: Set<unknown>
    count: number
  }
  export interface RowGroupWriter {
    rowBuffer: RowBuffer
    close(): Promise<void>
  }
  const parquetjs: Parquetjs
  export default parquetjs
}

declare module 'parquetjs-lite/gen-nodejs/parquet_types.js' {
  const types: {
    Statistics: new (fields: { min_value: Buffer; max_value: Buffer; null_count: number }) => object
  }
  export default types
}
