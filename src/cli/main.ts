#!/usr/bin/env node
import { commandLine } from './command-line.ts'
import { processEnvironment } from './process-environment.ts'
import { processServices } from './process-services.ts'

// The AWS SDK's word on future versions of Node is for those who update it, not for those who run a job.
Object.assign(process.env, { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' })

// Ends the process even if something of the job still waits, a timer or a connection, once all output is out.
const code = await commandLine(process.argv.slice(2), processEnvironment(), processServices)
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
