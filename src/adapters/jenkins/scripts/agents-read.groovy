// Reads since when each agent does what it does, and why one is offline: what the JSON API does not tell. Changes nothing.
import groovy.json.JsonOutput
import jenkins.model.Jenkins

def answer = { Map result -> println('@@CIBOT@@' + JsonOutput.toJson(result) + '@@END@@') }
try {
    def jenkins = Jenkins.instance
    def known = { Map all -> all.findAll { name, value -> value != null } }
    def agents = []
    jenkins.computers.each { computer ->
        // The node of a computer that was just removed is gone already.
        def node = computer.node
        if (node == null || node.is(jenkins)) return
        boolean idle = computer.idle
        agents << known([
            name: computer.name,
            label: '' + (node.labelString ?: ''),
            connecting: computer.connecting,
            // Of an agent that never connected: since it was made. Of a busy one Jenkins says some time to come.
            since: idle ? computer.idleStartMilliseconds : null,
            why: computer.offline && computer.offlineCause != null ? ('' + computer.offlineCause).take(200) : null
        ])
    }
    answer([ok: true, now: System.currentTimeMillis(), agents: agents])
} catch (Throwable failure) {
    answer([ok: false, error: failure.getClass().name + ': ' + failure.message])
}
return null
