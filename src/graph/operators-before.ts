import type { OperatorTransformation, Outlet } from './transformation.ts'

/** Every operator that records may pass on their way to an outlet, as far as the description is built. */
export function operatorsBefore({ from }: Outlet): readonly OperatorTransformation[] {
  switch (from.kind) {
    case 'source':
    case 'sink':
      return []
    case 'union':
      return from.inputs.flatMap(operatorsBefore)
    case 'partition':
      return operatorsBefore(from.input)
    case 'operator':
      return [...operatorsBefore(from.input), from]
  }
}
