// What Jenkins writes to stdout and stderr, in the form of its release: the sandbox of the controller's task holds it.
import type { Crash } from '../cluster-messages.js';
import type { JenkinsGeneration } from '../types.js';

export interface LogRecord {
  level: 'INFO' | 'WARNING' | 'SEVERE';
  /** Class and method that speak. */
  source: string;
  words: string;
}

const info = (source: string, words: string): LogRecord => ({ level: 'INFO', source, words });

/** On stdout, before Jenkins has a log. */
export const FIRST_WORDS = [
  'Running from: /usr/share/jenkins/jenkins.war',
  'webroot: EnvVars.masterEnvVars.get("JENKINS_HOME")',
  '',
].join('\n');

/** The web container comes first; the page is still silent then. */
export function containerStarts(generation: JenkinsGeneration, port: number): LogRecord[] {
  const server = 'org.eclipse.jetty.util.log.JavaUtilLog#info';
  return generation === 'old'
    ? [
        info('winstone.Logger#logInternal', 'Beginning extraction from war file'),
        info(server, 'jetty-winstone-2.8'),
        info(server, `Started SelectChannelConnector@0.0.0.0:${port}`),
        info('winstone.Logger#logInternal', 'Winstone Servlet Engine v2.0 running: controlPort=disabled'),
      ]
    : [
        info('winstone.Logger#logInternal', 'Beginning extraction from war file'),
        info('org.eclipse.jetty.server.Server#doStart', 'jetty-12.0.13; jvm 17.0.13+11'),
        info('o.e.j.server.AbstractConnector#doStart', `Started ServerConnector{HTTP/1.1}{0.0.0.0:${port}}`),
        info('winstone.Logger#logInternal', 'Winstone Servlet Engine running: controlPort=disabled'),
      ];
}

const REACTOR = 'jenkins.InitReactorRunner$1#onAttained';

export const STARTED: LogRecord[] = [info(REACTOR, 'Started initialization'), info(REACTOR, 'Listed all plugins')];

const MILESTONES = ['Prepared all plugins', 'Started all plugins', 'Augmented all extensions', 'Loaded all jobs'];

/** A reload passes the same milestones as a start. */
export const RELOADED: LogRecord[] = [...MILESTONES, 'Completed initialization'].map((words) => info(REACTOR, words));

export function isUp(generation: JenkinsGeneration): LogRecord[] {
  const last = generation === 'old' ? 'hudson.WebAppMain$3#run' : 'hudson.lifecycle.Lifecycle#onReady';
  return [...RELOADED, info(last, 'Jenkins is fully up and running')];
}

export const stops = (generation: JenkinsGeneration): LogRecord =>
  generation === 'old'
    ? info('winstone.Logger#logInternal', 'JVM is terminating. Shutting down Winstone')
    : info('hudson.lifecycle.Lifecycle#onStatusUpdate', 'Stopping Jenkins');

export const restarts = info('jenkins.model.Jenkins$24#run', 'Restarting VM as requested by alice');

/** SIGKILL leaves no time for any; memory runs out slowly enough to be heard. */
export function lastWords(crash: Crash): LogRecord[] {
  if ('oom' in crash) {
    const words = [
      'Failed to write a build record',
      'java.lang.OutOfMemoryError: Java heap space',
      '\tat java.util.Arrays.copyOf(Arrays.java:2367)',
      '\tat com.thoughtworks.xstream.core.util.QuickWriter.flush(QuickWriter.java:74)',
      '\tat hudson.model.Run.save(Run.java:1878)',
    ];
    return [{ level: 'SEVERE', source: 'hudson.model.Executor#run', words: words.join('\n') }];
  }
  if (!('status' in crash) || crash.status === 0) return [];
  const words = [
    'Failed to initialize Jenkins',
    'java.io.IOException: No space left on device',
    '\tat java.io.FileOutputStream.writeBytes(Native Method)',
  ];
  return [{ level: 'SEVERE', source: 'hudson.util.BootFailure#publish', words: words.join('\n') }];
}

/** Two lines of `java.util.logging` in the old line, one line with tabs in the modern one. */
export function logText(generation: JenkinsGeneration, at: number, { level, source, words }: LogRecord): string {
  if (generation === 'old') return `${oldStamp(at)} ${source.replace('#', ' ')}\n${level}: ${words}\n`;
  const stamp = new Date(at).toISOString().replace('T', ' ').replace('Z', '+0000');
  return `${stamp} [id=${20 + (source.length % 40)}]\t${level}\t${source}: ${words}\n`;
}

/** `May 28, 2015 8:00:00 AM`; newer runtimes put a narrow space in front of AM. */
const oldStamp = (at: number): string =>
  new Date(at)
    .toLocaleString('en-US', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' })
    .replace(/(\d{4}),/, '$1')
    .replace('\u202f', ' ');
