import { fileURLToPath } from 'node:url'

/** Where this package lies, built or not. */
const packageFolder = fileURLToPath(new URL('../../', import.meta.url)).replace(/dist[\\/]$/, '')
const ownFolders = ['src', 'operators', 'connectors', 'codecs', 'dist'].map(
  (folder) => `${packageFolder}${folder}`,
)

/** Whether a line of a stack is in code of Millrace. */
export function isOwn(frame: string): boolean {
  return ownFolders.some((folder) => frame.includes(folder))
}

/** Whether it is in code of the job: not of Node, of Millrace, or of another package. */
export function isOfTheJob(frame: string): boolean {
  return !/node:|[\\/]node_modules[\\/]|\(<anonymous>\)$/.test(frame) && !isOwn(frame)
}
