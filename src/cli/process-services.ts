import type { Services } from './services.ts'

/** The services of this package. */
export const processServices: Services = {
  engine: () => Promise.reject(new Error('the engine is not there yet')),
  checkpoints: () => import('../checkpoint/folder-store.ts'),
}
