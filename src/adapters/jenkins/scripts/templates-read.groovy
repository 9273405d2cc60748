// Reads every agent template of every Mesos cloud, plugin 0.3 to 2.x, with what its agents are started with. Changes nothing.
import groovy.json.JsonOutput
import jenkins.model.Jenkins

def answer = { Map result -> println('@@CIBOT@@' + JsonOutput.toJson(result) + '@@END@@') }
try {
    def jenkins = Jenkins.instance
    // Members differ from release to release: one that is not there is left out. JsonOutput of Groovy 1.8 cannot take null.
    def read = { Object from, String name -> try { from."$name" } catch (MissingPropertyException absent) { null } }
    def known = { Map all -> all.findAll { name, value -> value != null } }
    def words = { Object value -> value == null ? null : ('' + value).take(1000) }
    def plugin = { String name -> jenkins.pluginManager.getPlugin(name) }
    def clouds = []
    jenkins.clouds.eachWithIndex { cloud, at ->
        if (cloud.getClass().name != 'org.jenkinsci.plugins.mesos.MesosCloud') return
        boolean second = cloud.metaClass.respondsTo(cloud, 'getMesosAgentSpecTemplates').size() > 0
        def scheduler = null
        if (!second) {
            def mesos = cloud.getClass().classLoader.loadClass('org.jenkinsci.plugins.mesos.Mesos')
            scheduler = mesos.getInstance(cloud).isSchedulerRunning()
        }
        def templates = []
        ((second ? cloud.mesosAgentSpecTemplates : cloud.slaveInfos) ?: []).eachWithIndex { template, index ->
            def container = read(template, 'containerInfo')
            templates << known([
                index: index,
                label: '' + (read(template, second ? 'label' : 'labelString') ?: ''),
                maxExecutors: read(template, 'maxExecutors'),
                idleTerminationMinutes: read(template, 'idleTerminationMinutes'),
                cpus: read(template, second ? 'cpus' : 'slaveCpus'),
                mem: read(template, second ? 'mem' : 'slaveMem'),
                executorCpus: read(template, 'executorCpus'),
                executorMem: read(template, 'executorMem'),
                // 2.x has no JVM arguments of its own.
                jvmArgs: words(read(template, 'jvmArgs')),
                jnlpArgs: words(read(template, 'jnlpArgs')),
                container: container != null,
                dockerImage: container == null ? null : words(read(container, 'dockerImage'))
            ])
        }
        clouds << known([
            index: at, generation: second ? 2 : 0,
            name: words(read(cloud, 'name')),
            frameworkName: words(read(cloud, 'frameworkName')),
            onDemandRegistration: read(cloud, 'onDemandRegistration'),
            schedulerRunning: scheduler,
            templates: templates
        ])
    }
    def mesosPlugin = plugin('mesos')
    answer(known([ok: true, clouds: clouds,
                  mesosPlugin: mesosPlugin == null ? null : known([version: words(mesosPlugin.version), active: mesosPlugin.active]),
                  configurationAsCode: plugin('configuration-as-code')?.active == true]))
} catch (Throwable failure) {
    answer([ok: false, error: failure.getClass().name + ': ' + failure.message])
}
return null
