import type { OperatorFactory } from '../contract/operator.ts'
import type { Sink } from '../contract/sink.ts'
import type { Source } from '../contract/source.ts'

/** The output of a transformation that every record takes unless it is sent elsewhere. */
export const mainOutput = 'main'

/** A stream as the graph sees it: one output of one transformation. */
export interface Outlet {
  readonly from: Transformation
  readonly output: string
}

/** What a side output of a transformation leads to. */
export type SideBranch = (outlet: Outlet) => SinkTransformation

/** Side outputs by name, such as `late`. */
export type Sides = Readonly<Record<string, SideBranch>>

export interface SourceTransformation {
  readonly kind: 'source'
  readonly name: string
  readonly source: Source<unknown>
  readonly sides: Sides
}

export interface OperatorTransformation {
  readonly kind: 'operator'
  /** The word of the DSL, such as `map`. */
  readonly verb: string
  /** Given by the user where the operator holds state under that name. */
  readonly name: string | undefined
  /** What plans say of it, such as `tumbling 1d`. */
  readonly detail: string
  readonly input: Outlet
  readonly sides: Sides
  /** Its results come when they come, not while the batch that they are of passes: no longer split by split. */
  readonly detached?: boolean
  /** It catches what fails in the operators after it in its chain. */
  readonly catches?: boolean
  readonly create: OperatorFactory<unknown, unknown>
}

/** From here on records with the same key stay together. In one worker that costs nothing. */
export interface PartitionTransformation {
  readonly kind: 'partition'
  /** What plans say of the key, such as `(order) => order.customer`. */
  readonly detail: string
  readonly input: Outlet
}

export interface UnionTransformation {
  readonly kind: 'union'
  readonly inputs: readonly Outlet[]
}

export interface SinkTransformation {
  readonly kind: 'sink'
  readonly name: string
  readonly input: Outlet
  readonly sink: Sink<unknown>
}

/** A node of the description that the DSL builds. The five kinds are all there are. */
export type Transformation =
  | SourceTransformation
  | OperatorTransformation
  | PartitionTransformation
  | UnionTransformation
  | SinkTransformation
