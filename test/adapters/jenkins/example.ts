// Answers of Jenkins as the examples have them: a `.http` file is a whole answer, a `.json` or `.txt` file a body.
import type { ServerResponse } from 'node:http';
import { fixture } from '../failing.js';

const HEADERS = { 'X-Jenkins': '2.479.3', 'X-Jenkins-Session': 'c0ffee12' };

export function answer(response: ServerResponse, name: string, headers: Record<string, string> = {}): void {
  const text = fixture(`jenkins/${name}`);
  if (name.endsWith('.http')) {
    answerWhole(response, text);
    return;
  }
  const type = name.endsWith('.json') ? 'application/json;charset=utf-8' : 'text/plain;charset=utf-8';
  response.writeHead(200, { ...HEADERS, 'Content-Type': type, ...headers });
  response.end(text);
}

function answerWhole(response: ServerResponse, text: string): void {
  const [head = '', ...body] = text.split(/\r?\n\r?\n/);
  const [first = '', ...lines] = head.split(/\r?\n/);
  for (const line of lines) {
    const [name = '', ...value] = line.split(': ');
    if (name.toLowerCase() !== 'content-length') response.appendHeader(name, value.join(': '));
  }
  response.writeHead(Number(first.split(' ')[1]));
  response.end(body.join('\n\n'));
}
