// Reads the Slack app's manifest (YAML): the workspace grants exactly what it asks for and no more.
import { parse } from 'yaml';
import { z } from 'zod';

const Manifest = z.object({
  display_information: z.object({ name: z.string() }),
  features: z.object({
    app_home: z
      .object({
        home_tab_enabled: z.boolean().default(false),
        messages_tab_enabled: z.boolean().default(false),
        messages_tab_read_only_enabled: z.boolean().default(false),
      })
      .default({ home_tab_enabled: false, messages_tab_enabled: false, messages_tab_read_only_enabled: false }),
    bot_user: z.object({ display_name: z.string() }).optional(),
    slash_commands: z.array(z.object({ command: z.string(), should_escape: z.boolean().default(false) })).default([]),
    shortcuts: z.array(z.object({ name: z.string(), type: z.string(), callback_id: z.string() })).default([]),
  }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()).default([]) }) }),
  settings: z.object({
    event_subscriptions: z.object({ bot_events: z.array(z.string()).default([]) }).default({ bot_events: [] }),
    interactivity: z.object({ is_enabled: z.boolean() }).default({ is_enabled: false }),
    socket_mode_enabled: z.boolean().default(false),
  }),
});

export type AppManifest = z.infer<typeof Manifest>;

export function readManifest(yaml: string): AppManifest {
  return Manifest.parse(parse(yaml));
}
