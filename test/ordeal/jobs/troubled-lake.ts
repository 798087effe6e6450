import type { ObjectDestination, ObjectStage } from 'millrace'
import { reached } from './troubles.ts'

/** A destination of objects at whose steps a process can be found. */
export function troubledLake(lake: ObjectDestination): ObjectDestination {
  const open: ObjectDestination['open'] = async (context) => troubledStage(await lake.open(context))
  return { kind: lake.kind, description: lake.description, open }
}

function troubledStage(stage: ObjectStage): ObjectStage {
  return {
    lanes: stage.lanes,
    whereIs: (name) => stage.whereIs(name),
    names: (wanted) => stage.names(wanted),
    sizes: (wanted) => stage.sizes(wanted),
    read: (name) => stage.read(name),
    async stage(name, content) {
      reached('before a staging')
      const staged = await stage.stage(name, content)
      reached('after a staging')
      return staged
    },
    async publish(objects) {
      const some = objects.length >> 1
      reached('before a publication')
      await stage.publish(objects.slice(0, some))
      reached('amid a publication')
      await stage.publish(objects.slice(some))
      reached('after a publication')
    },
    stillStaged: (objects) => stage.stillStaged(objects),
    holds: (name, content) => stage.holds(name, content),
    look: () => stage.look(),
    discard: () => stage.discard(),
    close: () => stage.close(),
  }
}
