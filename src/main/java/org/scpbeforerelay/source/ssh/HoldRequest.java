package org.scpbeforerelay.source.ssh;

import org.apache.sshd.common.channel.RequestHandler;
import org.apache.sshd.common.session.ConnectionService;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.global.NoMoreSessionsHandler;

/** {@code no-more-sessions@openssh.com}: with no channel open, this is {@code ssh -N}. */
final class HoldRequest extends NoMoreSessionsHandler {
    @Override
    public RequestHandler.Result process(ConnectionService service, String request, boolean wantReply, Buffer buffer)
            throws Exception {
        RequestHandler.Result result = super.process(service, request, wantReply, buffer);
        if (result != RequestHandler.Result.Unsupported) {
            Connection connection = service.getSession().getAttribute(Connection.KEY);
            if (connection != null) {
                connection.mayHold();
            }
        }
        return result;
    }
}
