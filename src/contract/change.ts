/**
 * One step in the life of a row that a query keeps up to date: `K` tells rows apart, `V` is the row. A stream of
 * changes is a changelog; the last value of every key is the answer so far. (As Flink's changelog streams, where
 * `update` is the pair of `-U` and `+U`.)
 */
export type Change<K, V> =
  | { readonly op: 'insert'; readonly key: K; readonly value: V }
  | { readonly op: 'update'; readonly key: K; readonly value: V; readonly before: V }
  | { readonly op: 'delete'; readonly key: K; readonly before: V }
