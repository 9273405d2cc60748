// Removes the failure note of the SCM Sync Configuration plugin, fail.log. What is not saved stays unsaved.
import groovy.json.JsonOutput
import jenkins.model.Jenkins

def answer = { Map result -> println('@@CIBOT@@' + JsonOutput.toJson(result) + '@@END@@') }
try {
    def jenkins = Jenkins.instance
    def plugin = jenkins.getPlugin('scm-sync-configuration')
    if (plugin == null) throw new IllegalStateException('the plugin scm-sync-configuration is not installed')
    def note = new File(jenkins.rootDir, 'scm-sync-configuration.fail.log')
    boolean had = note.exists()
    plugin.purgeFailLogs()
    answer([ok: true, had: had, left: note.exists()])
} catch (Throwable failure) {
    answer([ok: false, error: failure.getClass().name + ': ' + failure.message])
}
return null
