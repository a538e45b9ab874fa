//! HTTP on loopback: requests come in, the served cluster answers them one after the other.

use std::io;
use std::time::Duration;

use tiny_http::{Header, Response, Server};

use super::{Answered, Asked, Served};

/// The served cluster at a port of the loopback address.
pub struct Http {
    server: Server,
    /// The cluster behind it.
    pub served: Served,
    /// The requests about objects since they were asked for last.
    log: Vec<Asked>,
    /// Watches: they stay open, and nothing comes.
    open: Vec<tiny_http::Request>,
}

impl Http {
    /// Listens at a port; at any free one where it is 0.
    ///
    /// # Errors
    /// The port is not free.
    pub fn listen(port: u16, served: Served) -> io::Result<Self> {
        let server = Server::http(("127.0.0.1", port)).map_err(io::Error::other)?;
        Ok(Self { server, served, log: Vec::new(), open: Vec::new() })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> String {
        self.server.server_addr().to_string()
    }

    /// Answers the next request, if one comes in time.
    ///
    /// # Errors
    /// A connection breaks.
    pub fn serve(&mut self, patience: Duration) -> io::Result<()> {
        let Some(mut request) = self.server.recv_timeout(patience)? else { return Ok(()) };
        let header = |name: &'static str| {
            let found = request.headers().iter().find(|it| it.field.equiv(name));
            found.map(|it| it.value.as_str().to_owned()).unwrap_or_default()
        };
        let mut asked = Asked {
            method: request.method().to_string(),
            path: request.url().to_owned(),
            content_type: header("Content-Type"),
            accept: header("Accept"),
            body: String::new(),
        };
        request.as_reader().read_to_string(&mut asked.body)?;
        let answer = self.served.answer(&asked);
        if asked.is_about_objects() {
            self.log.push(asked);
        }
        match answer {
            Some(answer) => request.respond(response(answer)),
            None => {
                self.open.push(request);
                Ok(())
            }
        }
    }

    /// Whether a client waits for what never comes.
    #[must_use]
    pub const fn is_watched(&self) -> bool {
        !self.open.is_empty()
    }

    /// The requests about objects since this was asked last. Watches end.
    pub fn requests(&mut self) -> Vec<Asked> {
        self.open.clear();
        std::mem::take(&mut self.log)
    }
}

fn response(answer: Answered) -> Response<io::Cursor<Vec<u8>>> {
    let header = |name: &str, value: &str| Header::from_bytes(name, value).ok();
    let warnings = answer.warnings.iter().filter_map(|text| {
        let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
        header("Warning", &format!("299 - \"{quoted}\""))
    });
    let headers = header("Content-Type", answer.content_type).into_iter().chain(warnings);
    let mut response = Response::from_data(answer.body).with_status_code(answer.code);
    headers.for_each(|it| response.add_header(it));
    response
}
