// Sets cpus, memory and idle time of agent templates of the Mesos plugin, 0.3 to 2.x. Arguments: wanted (cpus, mem in MiB,
// idle in minutes, those to be changed) and templates, each with cloud and template (their indexes), label, and ifCurrent:
// the values to be changed as they were seen. One that has neither these nor the wanted values by now is left alone.
import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import jenkins.model.Jenkins

def answer = { Map result -> println('@@CIBOT@@' + JsonOutput.toJson(result) + '@@END@@') }
try {
    def args = new JsonSlurper().parseText(new String('@@ARGS_B64@@'.decodeBase64(), 'UTF-8'))
    // What would start no agent, or let none go, is a mistake.
    def least = [cpus: 0.1, mem: 64, idle: 1]
    def most = [cpus: 128, mem: 1048576, idle: 1440]
    // Not as one expression: its two sides would both become a double.
    def typed = { String name, value ->
        if (name == 'cpus') return value as double
        return value as int
    }
    def wanted = [:]
    args.wanted.each { name, value ->
        if (!least.containsKey(name) || !(value instanceof Number)) throw new IllegalArgumentException(name + ' is no such setting')
        if (value < least[name] || value > most[name]) throw new IllegalArgumentException(name + ' must be ' + least[name] + '..' + most[name])
        wanted[name] = typed(name, value)
    }
    def jenkins = Jenkins.instance
    def changed = [], unchanged = [], refused = []

    // 0.x and 1.x: the constructor changed in almost every release and the fields are final, so the object is copied
    // and the fields of the copy are set. 2.x kept one constructor.
    def memberOfFirst = [cpus: 'slaveCpus', mem: 'slaveMem', idle: 'idleTerminationMinutes']
    def memberOfSecond = [cpus: 'cpus', mem: 'mem', idle: 'idleTerminationMinutes']
    def copyOfFirst = { Object template ->
        def copy = Jenkins.XSTREAM2.fromXML(Jenkins.XSTREAM2.toXML(template))
        wanted.each { name, value ->
            def field = copy.getClass().getDeclaredField(memberOfFirst[name])
            field.setAccessible(true)
            field.set(copy, value)
        }
        copy
    }
    def copyOfSecond = { Object template ->
        def next = { String name -> wanted.containsKey(name) ? wanted[name] : template."${memberOfSecond[name]}" }
        def values = [template.label, template.mode, '' + next('cpus'), '' + next('mem'), next('idle'),
                      template.minExecutors, template.maxExecutors, '' + template.disk, template.jnlpArgs,
                      template.agentAttributes, template.additionalURIs, template.containerInfo,
                      template.agentCommandStyle, template.domainFilterModel]
        template.getClass().newInstance(values as Object[])
    }

    jenkins.clouds.eachWithIndex { cloud, at ->
        if (cloud.getClass().name != 'org.jenkinsci.plugins.mesos.MesosCloud') return
        boolean second = cloud.metaClass.respondsTo(cloud, 'getMesosAgentSpecTemplates').size() > 0
        def member = second ? memberOfSecond : memberOfFirst
        boolean touched = false
        def next = []
        ((second ? cloud.mesosAgentSpecTemplates : cloud.slaveInfos) ?: []).eachWithIndex { template, index ->
            String label = '' + ((second ? template.label : template.labelString) ?: '')
            def kept = template
            def meant = args.templates.find { it.cloud == at && it.template == index && it.label == label }
            if (meant != null) {
                def now = wanted.keySet().collectEntries { name -> [(name): template."${member[name]}"] }
                def row = [cloud: at, template: index, label: label, now: now]
                boolean isThere = now.every { name, value -> typed(name, value) == wanted[name] }
                boolean isAsSeen = now.every { name, value -> typed(name, value) == typed(name, meant.ifCurrent[name]) }
                if (isThere) {
                    unchanged << row
                } else if (!isAsSeen) {
                    refused << (row + [reason: 'ifCurrent'])
                } else {
                    kept = second ? copyOfSecond(template) : copyOfFirst(template)
                    changed << row
                    touched = true
                }
            }
            next << kept
        }
        if (!touched) return
        if (second) {
            // No setter, and the getter's list cannot be changed.
            def field = cloud.getClass().getDeclaredField('mesosAgentSpecTemplates')
            field.setAccessible(true)
            field.set(cloud, new ArrayList(next))
        } else {
            // The cloud stays the same object, so its scheduler goes on; 0.10.1 to 0.12 find it by the cloud's value.
            def mesos = cloud.getClass().classLoader.loadClass('org.jenkinsci.plugins.mesos.Mesos')
            def field = mesos.getDeclaredField('clouds')
            field.setAccessible(true)
            def registry = field.get(null)
            synchronized (mesos) {
                def scheduler = registry.remove(cloud)
                cloud.setSlaveInfos(new ArrayList(next))
                if (scheduler != null) registry.put(cloud, scheduler)
            }
        }
    }
    if (!changed.isEmpty()) jenkins.save()
    answer([ok: true, changed: changed, unchanged: unchanged, refused: refused, saved: !changed.isEmpty()])
} catch (Throwable failure) {
    answer([ok: false, error: failure.getClass().name + ': ' + failure.message])
}
return null
