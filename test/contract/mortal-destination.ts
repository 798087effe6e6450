import type { ObjectDestination, ObjectStage } from '../../src/contract/object-destination.ts'

/** Whether a step has its effect before the process dies at it. */
export type Moment = 'before' | 'after'

/** A destination whose process dies at its n-th step (from 1). Nothing that it does afterwards has an effect. */
export function mortal(destination: ObjectDestination, dyingAt: number, moment: Moment): ObjectDestination {
  let steps = 0
  const step = async <T>(act: () => Promise<T>): Promise<T> => {
    steps += 1
    if (steps > dyingAt || (steps === dyingAt && moment === 'before')) throw new Error('killed')
    const done = await act()
    if (steps === dyingAt) throw new Error('killed')
    return done
  }
  const wrapped = (stage: ObjectStage): ObjectStage => ({
    lanes: stage.lanes,
    whereIs: (name) => stage.whereIs(name),
    names: (wanted) => step(() => stage.names(wanted)),
    sizes: (wanted) => step(() => stage.sizes(wanted)),
    read: (name) => step(() => stage.read(name)),
    stage: (name, content) => step(() => stage.stage(name, content)),
    // Each object is a step: a process may die between two of them.
    publish: async (objects) => {
      for (const object of objects) await step(() => stage.publish([object]))
    },
    stillStaged: (objects) => step(() => stage.stillStaged(objects)),
    holds: (name, content) => step(() => stage.holds(name, content)),
    look: () => step(() => stage.look()),
    discard: () => step(() => stage.discard()),
    close: () => stage.close(),
  })
  return { ...destination, open: async (context) => wrapped(await destination.open(context)) }
}
