// Reads the controller's executors and every agent template of the Mesos plugin, 0.3 to 2.x. Changes nothing.
import groovy.json.JsonOutput
import jenkins.model.Jenkins

def answer = { Map result -> println('@@CIBOT@@' + JsonOutput.toJson(result) + '@@END@@') }
try {
    def jenkins = Jenkins.instance
    // Members differ from release to release: one that is not there is left out. JsonOutput of Groovy 1.8 cannot take null.
    def read = { Object from, String name -> try { from."$name" } catch (MissingPropertyException absent) { null } }
    def known = { Map all -> all.findAll { name, value -> value != null } }
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
            templates << known([
                index: index,
                label: '' + (read(template, second ? 'label' : 'labelString') ?: ''),
                minExecutors: read(template, 'minExecutors'),
                maxExecutors: read(template, 'maxExecutors'),
                idleTerminationMinutes: read(template, 'idleTerminationMinutes'),
                cpus: read(template, second ? 'cpus' : 'slaveCpus'),
                mem: read(template, second ? 'mem' : 'slaveMem'),
                executorCpus: read(template, 'executorCpus'),
                executorMem: read(template, 'executorMem'),
                disk: read(template, second ? 'disk' : 'diskNeeded'),
                mode: read(template, 'mode')?.toString(),
                dockerImage: read(template, 'containerInfo')?.dockerImage?.toString()
            ])
        }
        clouds << known([
            index: at, generation: second ? 2 : 0,
            master: (second ? cloud.mesosMasterUrl : cloud.master)?.toString(),
            frameworkName: cloud.frameworkName?.toString(),
            frameworkId: read(cloud, 'frameworkId')?.toString(),
            onDemandRegistration: read(cloud, 'onDemandRegistration'),
            schedulerRunning: scheduler,
            templates: templates
        ])
    }
    def computer = jenkins.toComputer()
    answer([ok: true, core: '' + Jenkins.VERSION, clouds: clouds,
            controller: [numExecutors: jenkins.numExecutors,
                         liveExecutors: computer ? computer.countExecutors() : 0,
                         busyExecutors: computer ? computer.countBusy() : 0]])
} catch (Throwable failure) {
    answer([ok: false, error: failure.getClass().name + ': ' + failure.message])
}
return null
