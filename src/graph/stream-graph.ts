import { MillraceError } from '../errors.ts'
import type { Outlet, SinkTransformation, Transformation } from './transformation.ts'

/** A transformation with its id and the ids of what it reads. */
export interface GraphNode<T extends Transformation = Transformation> {
  /**
   * The user's name where there is one. Else made of the nearest named node upstream, the verb and a number, as in
   * `orders/map-1`, so that an edit elsewhere does not change it.
   */
  readonly id: string
  readonly transformation: T
  readonly inputs: readonly GraphEdge[]
}

export interface GraphEdge {
  readonly from: string
  readonly output: string
}

/** The transformations of a job, resolved. Every node stands after the nodes that it reads. */
export interface StreamGraph {
  readonly nodes: readonly GraphNode[]
}

/**
 * Resolves everything that leads to the given sinks, side outputs included.
 *
 * @throws MillraceError `NAME_DUPLICATE` or `JOB_INVALID` for a name that is taken or malformed.
 */
export function streamGraph(sinks: readonly SinkTransformation[]): StreamGraph {
  const resolver = new Resolver()
  for (const sink of sinks) resolver.visit(sink)
  return { nodes: resolver.nodes }
}

/** What plans and ids call a node that has no verb of its own. */
const verbs = { source: 'from', partition: 'keyBy', union: 'union', sink: 'sinkTo' } as const

function verbOf(transformation: Transformation): string {
  return transformation.kind === 'operator' ? transformation.verb : verbs[transformation.kind]
}

class Resolver {
  readonly nodes: GraphNode[] = []
  readonly #visited = new Map<Transformation, GraphNode>()
  /** Names and ids in lower case, each with the verb that has it. */
  readonly #ids = new Map<string, string>()

  visit(transformation: Transformation): GraphNode {
    const known = this.#visited.get(transformation)
    if (known !== undefined) return known
    const inputs = inputsOf(transformation).map(({ from, output }) => ({ from: this.visit(from).id, output }))
    const node: GraphNode = { id: this.#idOf(transformation, inputs), transformation, inputs }
    this.#visited.set(transformation, node)
    this.nodes.push(node)
    for (const [output, branch] of Object.entries(sidesOf(transformation))) {
      this.visit(branch({ from: transformation, output }))
    }
    return node
  }

  #idOf(transformation: Transformation, inputs: readonly GraphEdge[]): string {
    const name = nameOf(transformation)
    return name === undefined
      ? this.#derivedId(transformation, inputs)
      : this.#claim(name, verbOf(transformation))
  }

  #claim(name: string, verb: string): string {
    if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(name)) {
      throw new MillraceError(
        'JOB_INVALID',
        `the name ${JSON.stringify(name)} is not made of 1 to 64 letters, digits, "-" and "_"`,
      )
    }
    if (name in Object.prototype) {
      throw new MillraceError('JOB_INVALID', `the name "${name}" is one of JavaScript's own: choose another`)
    }
    const other = this.#ids.get(name.toLowerCase())
    if (other !== undefined) {
      throw new MillraceError(
        'NAME_DUPLICATE',
        `the name "${name}" is used twice, letter case aside: by ${other} and by ${verb}`,
      )
    }
    this.#ids.set(name.toLowerCase(), verb)
    return name
  }

  #derivedId(transformation: Transformation, inputs: readonly GraphEdge[]): string {
    const verb = verbOf(transformation)
    const root = inputs[0]?.from.split('/')[0] ?? ''
    for (let number = 1; ; number += 1) {
      const id = `${root}/${verb}-${number}`
      if (this.#ids.has(id)) continue
      this.#ids.set(id, verb)
      return id
    }
  }
}

function nameOf(transformation: Transformation): string | undefined {
  return 'name' in transformation ? transformation.name : undefined
}

function inputsOf(transformation: Transformation): readonly Outlet[] {
  if (transformation.kind === 'union') return transformation.inputs
  return 'input' in transformation ? [transformation.input] : []
}

function sidesOf(transformation: Transformation) {
  return 'sides' in transformation ? transformation.sides : {}
}
