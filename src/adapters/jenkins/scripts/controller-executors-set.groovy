// Sets how many executors the controller itself has. Argument: n, 0 to 100.
import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import jenkins.model.Jenkins

def answer = { Map result -> println('@@CIBOT@@' + JsonOutput.toJson(result) + '@@END@@') }
try {
    def args = new JsonSlurper().parseText(new String('@@ARGS_B64@@'.decodeBase64(), 'UTF-8'))
    int wanted = args.n as int
    // Cores before 2.105 take negative numbers without a word.
    if (wanted < 0 || wanted > 100) throw new IllegalArgumentException('n must be 0..100')
    def jenkins = Jenkins.instance
    int before = jenkins.numExecutors
    if (before != wanted) jenkins.setNumExecutors(wanted)
    // Cores before 1.607 save the number but go on with the old one until the list of computers is rebuilt.
    def computer = jenkins.toComputer()
    if (computer != null && computer.numExecutors != wanted) jenkins.updateComputerList()
    answer([ok: true, from: before, to: jenkins.numExecutors,
            applied: computer == null || computer.numExecutors == wanted,
            live: computer ? computer.countExecutors() : 0])
} catch (Throwable failure) {
    answer([ok: false, error: failure.getClass().name + ': ' + failure.message])
}
return null
