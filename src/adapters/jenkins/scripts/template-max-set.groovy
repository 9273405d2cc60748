// Sets maxExecutors of agent templates of the Mesos plugin, 0.3 to 2.x. Arguments: max (1 to 64), label (null: every
// template), cloud (its index, null: every cloud), ifCurrent (null: whatever it is), dryRun, allowGeneration2.
import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import jenkins.model.Jenkins

def answer = { Map result -> println('@@CIBOT@@' + JsonOutput.toJson(result) + '@@END@@') }
try {
    def args = new JsonSlurper().parseText(new String('@@ARGS_B64@@'.decodeBase64(), 'UTF-8'))
    int wanted = args.max as int
    // With 0 the provisioning loop of older plugins never ends.
    if (wanted < 1 || wanted > 64) throw new IllegalArgumentException('max must be 1..64')
    def jenkins = Jenkins.instance
    def changed = [], unchanged = [], refused = []

    // 0.x and 1.x: the constructor changed in almost every release and the fields are final, so the object is copied
    // and the field of the copy is set. 2.x kept one constructor.
    def copyOfFirst = { Object template, Map values ->
        def copy = Jenkins.XSTREAM2.fromXML(Jenkins.XSTREAM2.toXML(template))
        values.each { name, value ->
            def field = copy.getClass().getDeclaredField(name)
            field.setAccessible(true)
            field.set(copy, value)
        }
        copy
    }
    def copyOfSecond = { Object template, int least, int most ->
        def values = [template.label, template.mode, '' + template.cpus, '' + template.mem, template.idleTerminationMinutes,
                      least, most, '' + template.disk, template.jnlpArgs, template.agentAttributes, template.additionalURIs,
                      template.containerInfo, template.agentCommandStyle, template.domainFilterModel]
        template.getClass().newInstance(values as Object[])
    }

    jenkins.clouds.eachWithIndex { cloud, at ->
        if (cloud.getClass().name != 'org.jenkinsci.plugins.mesos.MesosCloud') return
        if (args.cloud != null && (args.cloud as int) != at) return
        boolean second = cloud.metaClass.respondsTo(cloud, 'getMesosAgentSpecTemplates').size() > 0
        boolean touched = false
        def next = []
        ((second ? cloud.mesosAgentSpecTemplates : cloud.slaveInfos) ?: []).eachWithIndex { template, index ->
            String label = '' + ((second ? template.label : template.labelString) ?: '')
            int now = template.maxExecutors
            def row = [cloud: at, template: index, label: label, from: now, to: wanted]
            boolean meant = args.label == null || label == args.label || label.tokenize().contains(args.label)
            def kept = template
            if (!meant) {
                // not asked for
            } else if (second && wanted > 1 && !args.allowGeneration2) {
                refused << (row + [reason: 'generation2'])
            } else if (args.ifCurrent != null && (args.ifCurrent as int) != now) {
                refused << (row + [reason: 'ifCurrent'])
            } else if (now == wanted) {
                unchanged << row
            } else {
                changed << row
                touched = true
                boolean hasLeast = second || template.getClass().declaredFields.any { it.name == 'minExecutors' }
                // A minimum above the maximum would win when agents are provisioned.
                int least = hasLeast ? Math.min(template.minExecutors as int, wanted) : 0
                if (!args.dryRun) {
                    kept = second ? copyOfSecond(template, least, wanted)
                                  : copyOfFirst(template, [maxExecutors: wanted] + (hasLeast ? [minExecutors: least] : [:]))
                }
            }
            next << kept
        }
        if (!touched || args.dryRun) return
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
    boolean save = !changed.isEmpty() && !args.dryRun
    if (save) jenkins.save()
    answer([ok: true, changed: changed, unchanged: unchanged, refused: refused, saved: save])
} catch (Throwable failure) {
    answer([ok: false, error: failure.getClass().name + ': ' + failure.message])
}
return null
