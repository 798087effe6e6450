export { type ConsoleOptions, consoleOutput } from './console-output.ts'
