// Has the SCM Sync Configuration plugin save every file it looks after: one commit is queued, and carried out later.
import groovy.json.JsonOutput
import jenkins.model.Jenkins

def answer = { Map result -> println('@@CIBOT@@' + JsonOutput.toJson(result) + '@@END@@') }
try {
    def plugin = Jenkins.instance.getPlugin('scm-sync-configuration')
    if (plugin == null) throw new IllegalStateException('the plugin scm-sync-configuration is not installed')
    plugin.@business.synchronizeAllConfigs(plugin.AVAILABLE_STRATEGIES)
    answer([ok: true])
} catch (Throwable failure) {
    answer([ok: false, error: failure.getClass().name + ': ' + failure.message])
}
return null
