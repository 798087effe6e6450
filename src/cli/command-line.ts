import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Command, CommanderError } from 'commander'
import { errorText } from '../observe/error-text.ts'
import { agentCommand } from './agent-command.ts'
import { checkpointsCommand } from './checkpoints-command.ts'
import { consumersCommand } from './consumers-command.ts'
import type { Environment } from './environment.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import { localCommand } from './local-command.ts'
import { planCommand } from './plan-command.ts'
import { putCommand } from './put-command.ts'
import { quarantineCommand } from './quarantine-command.ts'
import { runCommand } from './run-command.ts'
import { savepointCommand } from './savepoint-command.ts'
import type { Services } from './services.ts'
import { tailCommand } from './tail-command.ts'
import { verifyCommand } from './verify-command.ts'

/** Runs the command that the arguments name, and gives the exit code. */
export async function commandLine(
  args: readonly string[],
  environment: Environment,
  services: Services,
): Promise<number> {
  const program = millrace(environment, services)
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCodes.done
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.wrongUse
    environment.stderr.write(`${errorText(error, { verbose: isVerbose(program, environment) })}\n`)
    return exitCodeOf(error)
  }
}

function millrace(environment: Environment, services: Services): Command {
  const program = new Command('millrace')
    .description('Stream processing on Amazon Kinesis in TypeScript.')
    .version(version(), '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .addHelpText('after', '\nStart with `millrace help run`; docs/cli.md has it all.')
  const commands = [
    runCommand(environment, services),
    planCommand(environment, services),
    savepointCommand(environment, services),
    checkpointsCommand(environment, services),
    verifyCommand(environment, services),
    quarantineCommand(environment, services),
    localCommand(environment, services),
    putCommand(environment, services),
    tailCommand(environment, services),
    agentCommand(environment, services),
    consumersCommand(environment, services),
  ]
  for (const command of commands) {
    for (const one of withCommandsBelow(command))
      one.option('--verbose', 'print whole stacks of errors (or set MILLRACE_DEBUG)')
    program.addCommand(settled(command, `millrace ${command.name()}`, environment))
  }
  return settled(program, 'millrace', environment)
}

/** Those that do something: `consumers` is only the first half of `consumers ls`. */
function withCommandsBelow(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands
}

/** A command that writes to the environment, and throws where commander would end the process. */
function settled(command: Command, name: string, environment: Environment): Command {
  const { stdout, stderr } = environment
  for (const below of command.commands)
    settled(below, `millrace ${command.name()} ${below.name()}`, environment)
  return command
    .exitOverride()
    .showHelpAfterError(`(see \`${name} --help\`)`)
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHelpWidth: () => stdout.columns(),
      getErrHelpWidth: () => stderr.columns(),
    })
}

function isVerbose(program: Command, { variables }: Environment): boolean {
  const { MILLRACE_DEBUG = '' } = variables
  return (
    MILLRACE_DEBUG !== '' ||
    program.commands.flatMap(withCommandsBelow).some((command) => command.getOptionValue('verbose') === true)
  )
}

/** The version in the nearest package.json above this file, which is one folder further up once it is built. */
function version(): string {
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      const { name, version } = JSON.parse(
        readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8'),
      )
      if (name === 'millrace') return String(version)
    } catch {
      // Not there: this is the source or the build, and the other path holds.
    }
  }
  return 'unknown'
}
